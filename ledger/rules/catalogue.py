"""Every rule code that a verdict may carry: what the rule says, in words for auditors, and where it is from.

Sources are laws, guides of the trade, and the rows of the features this ledger was made after (S19, C8 …).
"""

import re
from typing import Final, NamedTuple

_ROWS: Final = re.compile(r"(?:[LSYPC]|beyond )\d+(?:, (?:[LSYPC]|beyond )?\d+)*")


class Rule(NamedTuple):
    """What the rule says. `idle`: the same where it found nothing to act on (the event's effect is void)."""

    says: str
    source: str
    idle: str | None = None

    @property
    def law(self) -> str:
        """Its source without the features' rows, which say nothing to most people; empty where that is all."""
        return "; ".join(part for part in self.source.split("; ") if not _ROWS.fullmatch(part))


_REVOCATION: Final = "47 CFR 64.1200(a)(10); 15 U.S.C. 7704(a)(4); GDPR Art. 7(3)"
_CONSENT: Final = "47 CFR 64.1200(a)(2); GDPR Art. 6(1)(a), 7(1)"

RULES: Final[dict[str, Rule]] = {
    # Grants
    "grant.live": Rule(
        "A signup is consent from then on, for its channel, purposes and scope.", f"{_CONSENT}; C8, S7"
    ),
    "grant.lives_again": Rule(
        "A START lifts the opt-outs it may lift, and what those had ended holds again as it was.", "S9"
    ),
    "grant.expired": Rule("Consent that was given until a day ends with that day.", f"{_CONSENT}"),
    "grant.erased": Rule(
        "After an erasure only the person's own signup opens the address again; what is done on somebody's behalf "
        "does not.",
        "GDPR Art. 17",
    ),
    "grant.ended_by_opt_out": Rule("An opt-out ends all consent it covers that was given before.", _REVOCATION),
    "grant.ended_by_reassignment": Rule(
        "Consent belongs to the person who gave it: with a new holder of the number it ends.", "47 CFR 64.1200(m)"
    ),
    "grant.ended_by_erased": Rule("Erasing a person ends the consent that was given.", "GDPR Art. 17(1)(b)"),
    "grant.bulk_lifts_nothing": Rule(
        "A signup on somebody's behalf (import, another system) lifts no opt-out unless it names who decided so "
        "and on what legal basis.",
        f"{_REVOCATION}; S19, S21",
    ),
    "grant.bulk_never_lifts_this": Rule(
        "What a person said by keyword or complaint, or the carrier or provider said for them, no signup on their "
        "behalf lifts, whoever decided so.",
        f"{_REVOCATION}; S19, S21",
    ),
    "grant.bulk_for_new_holder": Rule(
        "Opt-outs of the number's earlier holder stand until the new holder signs up in person.",
        "47 CFR 64.1200(m)",
    ),
    "grant.not_from_own_device": Rule(
        "An opt-out by keyword, carrier or provider is lifted by a keyword from that phone or a confirmed double "
        "opt-in only: anybody can type a number into a form.",
        "CTIA Messaging Principles and Best Practices; S9",
    ),
    "grant.opt_out_is_narrower": Rule(
        "A general yes does not cancel a specific no: an opt-out is lifted at its own scope or below it only.",
        _REVOCATION,
    ),
    # Requests of a double opt-in
    "request.open": Rule("With double opt-in a signup is a request until the person confirms it.", "S11, S18, Y20"),
    "request.expired": Rule("A request that nobody confirms in time counts as never made.", "S11, Y20"),
    "request.confirmed": Rule("The person confirmed the request: it became consent.", "S18, Y20"),
    "request.declined": Rule("The person answered the request, and not with yes.", "S11"),
    "request.ended_by_opt_out": Rule(
        "An opt-out ends open requests too: no confirmation revives them.", _REVOCATION
    ),
    "request.ended_by_reassignment": Rule("Requests end with a new holder of the number.", "47 CFR 64.1200(m)"),
    "request.ended_by_erased": Rule("Erasing a person ends open requests.", "GDPR Art. 17(1)(b)"),
    "confirmation.nothing_open": Rule(
        "A confirmation counts for a request that is open then; here there was none, or it had ended.", "S11"
    ),
    "decline": Rule("An answer other than yes declines the requests open at that sender.", "S11"),
    # Opt-outs
    "opt_out.stands": Rule(
        "An opt-out stands for all it covers until the person consents again, however late or often it is told.",
        f"{_REVOCATION}; C8, S9",
    ),
    "opt_out.lifted": Rule(
        "A later consent that may lift it came at the opt-out's own scope or below it.", _CONSENT
    ),
    "consent.elsewhere": Rule("It speaks of another channel, purpose or scope than the one asked about.", "L3, S1"),
    # Replies
    "reply.no_effect": Rule("The reply asks for nothing that changes consent on this channel.", "S11"),
    "reply.unclassified": Rule(
        "The reply is none of the keywords and answers no open request: a person has to read it.",
        "47 CFR 64.1200(a)(10); S11",
    ),
    "reply.read_anew": Rule(
        "An earlier reply counts as it was read last.",
        "47 CFR 64.1200(a)(10)",
        "A later reading of the same reply counts instead.",
    ),
    "start.lifts": Rule(
        "For a purpose other than marketing a START gives no consent; it lifts the opt-outs by keyword, carrier "
        "and provider at its sender or above.",
        "S9",
        "For a purpose other than marketing a START only lifts opt-outs; here there was none that it lifts.",
    ),
    # Who holds the address
    "epoch.opened": Rule(
        "The number has a new holder: earlier consent ends, earlier opt-outs stand until that person signs up.",
        "47 CFR 64.1200(m)",
    ),
    "erased.ends_consent": Rule(
        "Erased: consent ends, opt-outs, bans and complaints stand, and nothing may be sent until the person signs "
        "up anew.",
        "GDPR Art. 17, 21(3)",
    ),
    # Deliverability
    "bounce.hard": Rule("The address does not work: one permanent bounce is enough.", "C6, C7"),
    "bounce.soft": Rule(
        "A temporary bounce counts as an attempt that failed; so many in a row are enough.", "C6, C7"
    ),
    "bounce.other_channel": Rule("Bounces count on the channel they happened on.", "C6, C9"),
    "delivery.clears_bounces": Rule(
        "A delivery shows that the address works: bounces before it no longer count.", "C6"
    ),
    "reactivated": Rule(
        "Somebody declared that the address works again: bounces before no longer count.", "C6, Y22"
    ),
    "complaint.stands": Rule("A complaint stands until somebody withdraws it with a reason.", "Y17, Y25"),
    "complaint.withdrawn": Rule(
        "Somebody took the address from the complaints, with a reason.",
        "Y28",
        "There was no complaint to withdraw.",
    ),
    "blacklisted": Rule("On the organization's blacklist until taken off.", "Y19, Y23, Y25"),
    "unblacklisted": Rule(
        "Taken off the organization's blacklist.", "Y28", "It was not on the organization's blacklist."
    ),
    "platform.blacklisted": Rule("On the blacklist of all organizations until taken off.", "Y19"),
    "platform.unblacklisted": Rule(
        "Taken off the blacklist of all organizations.", "Y19", "It was not on the blacklist of all organizations."
    ),
    # Holds
    "hold.stands": Rule(
        "A pause, block or ban stops every message of its scope, whatever consent says.", "S3, C6, C12"
    ),
    "hold.lifts": Rule(
        "Lifts the holds of its kind at its scope or below it.",
        "S3, C6",
        "There was no hold of its kind at its scope or below it.",
    ),
    "hold.lifted": Rule("A later lift at this scope or above it ended the hold.", "S3, C6"),
    "hold.elsewhere": Rule("The hold is of another scope than the one asked about.", "L3, S1"),
    "pause.ended": Rule("The pause had an end, and it is past.", "C6"),
    # Aside
    "reversal": Rule(
        "Takes back an earlier event, by somebody who gave a reason.",
        "beyond 1, 13",
        "What it takes back stands all the same.",
    ),
    "reversed": Rule("Was taken back: it counts as never said.", "beyond 1, 13"),
    "later_than_asked": Rule("Happened after the moment asked about.", "beyond 12"),
    "no_bearing": Rule("Has no bearing on whether a message may be sent.", "L8"),
}
"""By code. Every code of `ledger/rules` is here, and no other."""
