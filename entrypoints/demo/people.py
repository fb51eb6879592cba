"""Who lives in the demo: three organizations and any number of invented people.

A person is a pure function of a number, so a later day meets the same people again. Addresses are at
example domains; phone numbers are those set aside for fiction in the US, France and the UK.
"""

from dataclasses import dataclass
from functools import lru_cache

_GIVEN_NAMES = (
    "Ada Anouk Ben Bruno Carla Chloé Dario Dilan Elena Emre Farah Felix Gita Gus Hana Henk Ines Ivo Jana "
    "Joël Kaya Kofi Lena Luca Maja Milo Nadia Noor Olga Otis Paula Pim Quinn Rhea Rosa Sami Sofía Tariq "
    "Tess Uma Veli Wanda Xavi Yara Yusuf Zoë Zeno Łucja"
)
GIVEN = _GIVEN_NAMES.split()
_FAMILY_NAMES = (
    "Abara Bakker Bianchi Castell Czerny Delacroix Dunmore Eklund Farrow Fuentes Granholm Hartono Holub "
    "Ibsen Jansen Kapoor Kowal Laurent Lindqvist Marais Mbeki Mercer Nakagawa Novak Okafor Osei Palmer "
    "Petrov Quist Ravel Romano Sandoval Sørby Tanaka Thorne Ueda Valdez Vance Weller Winter Yilmaz Zhou "
    "Ziegler"
)
FAMILY = _FAMILY_NAMES.split()
_ASCII = str.maketrans("éëíøŁ", "eeioL")

_AREA_CODES = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 "
    "248 251 252 253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313 "
    "314 315 316 317 318 319 320 321 323 325 330 331 334 336 337 339 346 347 351 352 360 361 386 401 402 "
    "404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 443 469 470 475 "
    "478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 534 539 540 541 "
    "551 559 561 562 563 567 570 571 573 574 575 580 585 586 601 602 603 605 606 607 608 609 610 612 614 "
    "615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 657 660 661 662 667 678 682 701 702 703 "
    "704 706 707 708 712 713 714 715 716 717 718 719 720 724 727 731 732 734 737 740 747 754 757 760 762 "
    "763 765 769 770 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 "
    "817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 865 870 872 878 901 903 "
    "904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 931 936 937 940 941 947 949 "
    "951 952 954 956 959 970 971 972 973 978 979 980 984 985 989"
)
_US_AREAS = _AREA_CODES.split()
_FR_RANGES = ("63998", "19900", "26191", "35301", "46571", "53649")
_UK_RANGES = ("7700900", "1632960", "2079460", "1134960", "1144960", "1154960", "1164960", "1174960")


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization of the demo: its e-mail lists and the senders it texts from, as scopes."""

    code: str
    display_name: str
    lists: tuple[str, ...]
    senders: tuple[str, ...]


ORGANIZATIONS = (
    Organization(
        "acme",
        "Acme Goods",
        ("acme/shop/-/news", "acme/shop/-/offers", "acme/outlet/-/news"),
        ("acme/shop/48099", "acme/outlet/48100"),
    ),
    Organization("birch", "Birch Lodges", ("birch/lodge/-/stays", "birch/lodge/-/spa"), ("birch/lodge/61200",)),
    Organization(
        "cobalt",
        "Cobalt Review",
        ("cobalt/-/-/daily", "cobalt/-/-/weekend", "cobalt/review/-/letters"),
        ("cobalt/-/70700", "cobalt/review/70701"),
    ),
)
_ORGANIZATION_SHARES = (12, 5, 3)
_COUNTRY_SHARES = (12, 5, 3)


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person as one organization meets them. Every field but `emails` may be empty."""

    number: int
    organization: Organization
    given: str
    family: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    external_id: str | None
    tracker: str | None
    push: str | None

    @property
    def key(self) -> bytes:
        """What a producer keys this person's messages by."""
        return b"%d" % self.number


@lru_cache(maxsize=65_536)
def person(number: int) -> Person:
    """The person of that number (from 0). One in 25 shares a phone with an earlier one, or a device."""
    which, ordinal = _striped(number, _ORGANIZATION_SHARES)
    mixed = _mixed(number)
    given = GIVEN[mixed % len(GIVEN)]
    family = FAMILY[(mixed >> 8) % len(FAMILY)]
    traits = mixed >> 16
    local = f"{given}.{family}".translate(_ASCII).lower()
    emails = [f"{local}.{number}@example.com"]
    if traits % 7 == 0:
        emails.append(f"{local[0]}{number}@example.{'org' if traits % 2 else 'net'}")
    phones = [_phone(ordinal)] if traits % 10 < 7 else []
    if (traits >> 4) % 25 == 0 and ordinal > 40:
        phones = [_phone(ordinal - 1 - traits % 40)]
    device = number - 20 if (traits >> 9) % 25 == 0 and number > 20 else number
    return Person(
        number=number,
        organization=ORGANIZATIONS[which],
        given=given,
        family=family,
        emails=tuple(emails),
        phones=tuple(phones),
        external_id=f"c-{number:07d}" if (traits >> 14) % 2 else None,
        tracker=f"device-{device:x}" if (traits >> 15) % 3 == 0 else None,
        push=f"push-{device:08x}-{_mixed(device):016x}" if (traits >> 17) % 6 == 0 else None,
    )


def household(one: Person) -> Person | None:
    """The person before this one that lives with it, in the same organization's books; None: the first of them."""
    return person(one.number - 20) if one.number >= 20 else None


def spoken(phone: str) -> str:
    """The number as people write it in a form."""
    if phone.startswith("+1"):
        return f"+1 ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}"


def _striped(number: int, shares: tuple[int, ...]) -> tuple[int, int]:
    """Which of the shares the number falls to, and its place among those that do."""
    block, rest = divmod(number, sum(shares))
    for which, share in enumerate(shares):
        if rest < share:
            return which, block * share + rest
        rest -= share
    raise AssertionError(number)


def _phone(ordinal: int) -> str:
    """A number set aside for fiction; distinct for some 50,000 people of one organization."""
    country, place = _striped(ordinal, _COUNTRY_SHARES)
    if country == 0:
        line, area = divmod(place, len(_US_AREAS))
        return f"+1{_US_AREAS[area]}5550{100 + line % 100}"
    if country == 1:
        return f"+33{_FR_RANGES[place // 10_000 % len(_FR_RANGES)]}{place % 10_000:04d}"
    return f"+44{_UK_RANGES[place // 1_000 % len(_UK_RANGES)]}{place % 1_000:03d}"


def _mixed(number: int) -> int:
    """64 well-mixed bits of a number (the SplitMix64 step)."""
    bits = (number + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return bits ^ bits >> 31
