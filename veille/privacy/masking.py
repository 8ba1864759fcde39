"""Phone numbers and e-mail addresses of people, found however they are written."""

import re
import unicodedata

PHONE = "[téléphone]"
EMAIL = "[courriel]"

# U+00A0 and U+202F: French spaces inside numbers.
_GAP = "[ \u00a0\u202f]"
_SEP = rf"(?:{_GAP}?[.\-/_]{_GAP}?|{_GAP})"
_PAIR = "[0-9]{2}"
# Sums, weights, distances: what follows tells that the digits before are no number to call.
_NO_UNIT = (
    rf"(?!{_GAP}?(?:f|frs?|fcfa|cfa|xof|francs?|euros?|eur|usd|dollars?|ouguiyas?|nairas?|kg|tonnes?"
    r"|km|litres?|personnes?|habitants?|m[ée]nages|millions?|milliards?)\b"
    rf"|{_GAP}?[€$%£])"
)
_END = r"(?![0-9])"
# A bracket belongs to the number only when it holds the country code alone.
_BRACKET = r"(?:\((?=\+?[0-9]{1,4}\)))?"
_CALLED = (
    r"(?:t[ée]l(?:[ée]phone[rz]?)?|num[ée]ros?|num|contact(?:ez|er|s)?|joindre|joignable|appel(?:le|ez|er)?"
    r"|whats?[ -]?app|wh?ats?app?|watsap|wassap|orange money|moov(?: money)?|wave|sama money|mobile"
    r"|cell(?:ulaire)?|sms|phone|call|waya|lamba(?:r|n)?|wele|telefɔni|هاتف|واتساب|اتصل|رقم)"
)
_WORDS_BETWEEN = r"(?:[\s:.,;()=-]|n°|\bau\b|\ble\b|\bsur\b|\best\b|\bto\b|\bgroupe\b){0,8}"
_A_DATE = r"(?![0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}|(?:19|20)[0-9]{2}(?![0-9]))"

_PHONE_FORMS = (
    # https://wa.me/22370000000
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=|whatsapp://send/?\?phone=)"
    r"\+?[0-9]{6,15}",
    # +223 76 12 34 56, 00223-76-12-34-56, (+33) 6 12 34 56 78
    rf"{_BRACKET}(?:(?<![0-9])\+{_GAP}?|(?<![0-9.,:/])(?<![0-9]{_GAP})00{_GAP}?(?=[1-9]))\(?[0-9]{{1,3}}\)?"
    rf"(?:[ \u00a0\u202f.\-/()_]{{0,3}}[0-9]){{7,12}}{_END}{_NO_UNIT}",
    # 223 76 12 34 56, (227) 90123456, 22670123456
    rf"(?<![\w/=.,:#-]){_BRACKET}(?:22[0-9]|23[0-57]|24[015])\)?{_SEP}?[0-9]{{2}}{_SEP}?[0-9]{{2}}"
    rf"{_SEP}?[0-9]{{2}}{_SEP}?[0-9]{{2}}{_END}{_NO_UNIT}",
    # 06 12 34 56 78, 0803 123 4567
    rf"(?<![\w/=.,#-])0[1-9](?:{_SEP}?{_PAIR}){{4}}{_END}{_NO_UNIT}",
    rf"(?<![\w/=.,#-])0[789][0-9]{{2}}{_SEP}?[0-9]{{3}}{_SEP}?[0-9]{{4}}{_END}",
    # 77 123 45 67, as in Senegal
    rf"(?<![\w/=.,#-])7[05-8]{_SEP}[0-9]{{3}}{_SEP}{_PAIR}{_SEP}{_PAIR}{_END}{_NO_UNIT}",
    # 76 12 34 56, 76.12.34.56, 76/12/34/56
    rf"(?<![\w=,#])[024-9][0-9](?P<sep>{_SEP}){_PAIR}(?P=sep){_PAIR}(?P=sep){_PAIR}{_END}{_NO_UNIT}",
    # 76123456, but no round sum and no date written 20251120
    rf"(?<![\w=.,#-])(?<![^0-9\s(]/)[5-9][0-9]{{7}}(?<!000)(?!\w){_NO_UNIT}",
)
_PHONE = re.compile("|".join(_PHONE_FORMS), re.IGNORECASE)
_ANNOUNCED = re.compile(
    rf"(?<!\w)(?<!\[)({_CALLED}{_WORDS_BETWEEN}){_A_DATE}"
    rf"[+(]{{0,2}}[0-9](?:[ \u00a0\u202f.\-/()_]{{0,3}}[0-9]){{7,12}}{_END}{_NO_UNIT}",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}(?:@|\s?[(\[]\s?(?:at|arobase|@)\s?[)\]]\s?)"
    r"[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)
# Every form of a number to call holds seven digits close together.
_MANY_DIGITS = re.compile(r"\d(?:[\W_]{0,4}\d){6}")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


def masked(text: str) -> str:
    """`text` with phone numbers as [téléphone] and e-mail addresses as [courriel]. Idempotent."""
    if "@" in text or "(" in text or "[" in text:
        text = _EMAIL.sub(EMAIL, text)
    while _MANY_DIGITS.search(text):
        shorter = _phones_masked(text)
        if shorter == text:
            break
        text = shorter
    return text


def _phones_masked(text: str) -> str:
    plain = _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group())), text)
    spans = [match.span() for match in _PHONE.finditer(plain)]
    spans += [(match.end(1), match.end()) for match in _ANNOUNCED.finditer(plain)]
    spans.sort(reverse=True)
    before = len(text)
    for start, end in spans:
        if end <= before:
            text = text[:start] + PHONE + text[end:]
            before = start
    return text
