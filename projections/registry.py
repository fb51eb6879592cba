"""Every projection there is, by name. A new one is a file, a migration, and a line here."""

from typing import Final

from projections.all_contacts import AllContacts
from projections.audit_history import AuditHistory
from projections.channel_status import ChannelStatus
from projections.duplicates import Duplicates
from projections.identifiers import Identifiers
from projections.merge_candidates import MergeCandidates
from projections.opt_ins import OptIns
from projections.opt_outs import OptOuts
from projections.platform_listings import PlatformListings
from projections.projection import Projection
from projections.replies import Replies
from projections.scopes import Scopes
from projections.sms_contacts import SmsContacts

PROJECTIONS: Final[dict[str, Projection]] = {
    projection.name: projection
    for projection in (
        ChannelStatus(),
        Identifiers(),
        AllContacts(),
        AuditHistory(),
        MergeCandidates(),
        Scopes(),
        PlatformListings(),
        Replies(),
        OptOuts(),
        OptIns(),
        Duplicates(),
        SmsContacts(),
    )
}
