"""Legacy codes: a menu in VNI that stays unread makes a school's sections look missing."""

from __future__ import annotations

import pytest

from auditor import legacy

SENTENCES = (
    "Trường Tiểu học Hoa Mai thông báo lịch khai giảng năm học mới cho phụ huynh và học sinh toàn trường.",
    "Đội ngũ giáo viên vững vàng chuyên môn, nhiệt huyết; nhiều thầy cô đạt danh hiệu chiến sĩ thi đua cấp cơ sở.",
    "Kế hoạch tuyển sinh đầu cấp: hồ sơ gồm giấy khai sinh, sổ hộ khẩu và đơn xin nhập học theo mẫu.",
    "Công khai chất lượng giáo dục, cơ sở vật chất, đội ngũ và tài chính của nhà trường theo quy định.",
    "Khi ở trường, các em được ăn bữa xế lúc ba giờ; mỗi tuần có hai buổi luyện chữ đẹp và kể chuyện.",
    "Nghỉ lễ Quốc khánh, học sinh trở lại lớp vào thứ hai; ai ốm phải xin phép qua sổ liên lạc điện tử.",
    "Quỹ khuyến học ủng hộ các bạn có hoàn cảnh khó khăn ở những xã vùng sâu, vùng xa mỗi kỳ nghỉ hè.",
    "Thủ tục chuyển trường đi và đến, rút học bạ, xác nhận kết quả học tập: giải quyết trong buổi sáng thứ tư.",
)
LOWER = (
    "à á ả ã ạ ă ằ ắ ẳ ẵ ặ â ầ ấ ẩ ẫ ậ đ è é ẻ ẽ ẹ ê ề ế ể ễ ệ ì í ỉ ĩ ị ò ó ỏ õ ọ "
    "ô ồ ố ổ ỗ ộ ơ ờ ớ ở ỡ ợ ù ú ủ ũ ụ ư ừ ứ ử ữ ự ỳ ý ỷ ỹ ỵ"
)
CAPITALS = LOWER.upper()


@pytest.mark.parametrize("code", legacy.CODES)
@pytest.mark.parametrize("shown_as", ["latin-1", "cp1252"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_survive_the_way_there_and_back(code: str, shown_as: str, sentence: str) -> None:
    written = legacy.encode(sentence, code)
    shown = "".join(bytes([byte]).decode(shown_as, "ignore") or chr(byte) for byte in written)
    assert legacy.detect([shown]) == code
    assert legacy.convert_words(shown, code)[0] == sentence


@pytest.mark.parametrize("code", legacy.CODES)
def test_every_small_letter_has_its_own_spelling(code: str) -> None:
    assert [legacy.convert(legacy.encode(c, code).decode("latin-1"), code) for c in LOWER.split()] == LOWER.split()


@pytest.mark.parametrize("code", [legacy.VNI, legacy.CP1258, legacy.VISCII])
def test_every_capital_has_its_own_spelling(code: str) -> None:
    got = [legacy.convert(legacy.encode(c, code).decode("latin-1"), code) for c in CAPITALS.split()]
    assert got == CAPITALS.split()


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("form", [str, str.upper, str.title])
def test_unicode_vietnamese_is_in_no_legacy_code(sentence: str, form: type[str]) -> None:
    text = form(sentence)
    assert legacy.detect([text]) is None
    assert legacy.believed_label(text[:40], legacy.vote(text[:40])) is None


@pytest.mark.parametrize(
    "text",
    [
        "École française d'Extrême-Orient, où l'élève a été reçu; naïve, Noël, maïs, Haïti, cœur, garçon, dû, thaï",
        "São Paulo não é a capital; informações, educação, João, avô, pés, mãe, irmã, coração, às, à, há",
        "El niño pequeño está aquí; año, señor, español, más, él, sí, qué, corazón, pingüino, mañana, vergüenza",
        "Große Straße, für Köln und München, Mädchen, grün, schön, über, Bär, öl, Tür, Fußball, Rübe, Öfen",
        "Så går det på Åland; været, æble, brød, øl, få, må, når, bøger, sø, gå, nå, hår, blå, smør",
        "5 µm, 10 µg, N·m, kW·h, 30°C, m², x³, ½ lít, ±5, ×2, §1, Microsoft®, Windows™, © 2024, «Hoa Mai», £5, ¥10",
        "Æsop, Ærø, þorn, Ísland, Þingvellir, Ólafur, ðæ, Český, Żółw, Łódź, İstanbul, Überlingen",
    ],
)
def test_other_languages_and_signs_are_left_alone(text: str) -> None:
    assert legacy.detect([text]) is None
    assert legacy.believed_label(text, legacy.vote(text)) is None


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        *(
            (word, True)
            for word in "trường nghiêng khuya quý giếng gì gìn giữa xoong ngoéo thuở quyển Đắk uỷ ủy hoà hòa ý".split()
        ),
        *(
            (word, False)
            for word in "thoâng trươøng hocj tàc nghà cê ka$ trườngg giaùo ngiêng cạch1 straße été".split()
        ),
        ("", False),
        ("ngh" * 9, False),
        ("kiễt", False),  # a stop consonant takes no such tone
    ],
)
def test_syllables_follow_vietnamese_spelling(word: str, is_one: bool) -> None:
    assert legacy.is_syllable(word) is is_one


def test_the_frequent_syllables_are_syllables() -> None:
    assert len(legacy.common_syllables()) > 300
    assert [word for word in legacy.common_syllables() if not legacy.is_syllable(word)] == []
    assert all(not word.isascii() or legacy.is_syllable(word) for word in legacy.common_syllables())


def test_words_of_a_capital_font_come_out_in_capitals() -> None:
    assert legacy.convert_words("TR­êNG THCS HOµNG L­¬NG", legacy.TCVN3) == ("TRƯỜNG THCS HOÀNG LƯƠNG", 3)


def test_abbreviations_signs_and_foreign_words_in_a_legacy_text() -> None:
    assert legacy.convert_words("Phßng GD&§T ® © 2005 «Beyoncé»", legacy.TCVN3)[0] == "Phòng GD&ĐT ® © 2005 «Beyoncé»"
