"""Item 1.8: a search of the portal's own content that finds what is there."""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.search import Reaches, Search
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined


def site_search(search: Search, pages: Pages) -> Finding:
    """Cổng có công cụ tìm kiếm nội dung của chính mình và tìm ra được bài đã đăng hay không.

    What: looks for a search box on the home page and the others, and reads what the trial made at the end of the crawl
    brought: asked for a word of one of the portal's own articles, the answer has to list that article.

    Why: visitors come with a question; a box that answers nothing is worse than none.

    Fix: switch on the search of the content management system, and try it with a word from a recent title.
    """
    form, page = search.form, search.page
    if form is None or page is None:
        if search.documents is not None and search.documents_page is not None:
            return partial(
                f"Chỉ có ô tìm kiếm văn bản, tài liệu (“{search.documents.label[:60]}”); chưa có ô tìm kiếm chung cho "
                "tin bài của cổng.",
                [evidence_of(search.documents_page, search.documents.label, "Ô tìm kiếm văn bản, tài liệu")],
                remedy="Bật thêm ô tìm kiếm chung ở đầu trang, tìm được cả tin bài lẫn văn bản.",
            )
        return failed(
            "Không tìm thấy ô tìm kiếm nội dung nào trên trang chủ và các trang đã xem.",
            pages.looked_at(),
            remedy="Bật ô tìm kiếm ở đầu mọi trang trong phần mềm quản trị cổng.",
        )
    box = evidence_of(page, form.label, "Ô tìm kiếm")
    if form.reaches is Reaches.SERVICE:
        return passed("Có dịch vụ tìm kiếm nhúng, giới hạn trong chính cổng này.", [box])
    hit = search.found
    if hit is not None:
        return passed(
            f"Có ô tìm kiếm; thử với “{hit.question}” thì tìm ra bài của cổng.",
            [box, Evidence(hit.answer_url, hit.quote, f"Trang kết quả khi tìm “{hit.question}”", hit.fetched_at)],
        )
    if search.robots_forbid and form.complete:
        return passed(
            "Có ô tìm kiếm đầy đủ; chưa thử vì tệp robots.txt của cổng không cho chương trình mở trang kết quả.", [box]
        )
    tried = [trial for trial in search.trials if trial.answered]
    if tried:
        trial = tried[0]
        if trial.status is not None and trial.status >= 400:
            return partial(
                f"Có ô tìm kiếm nhưng khi thử với “{trial.question}” thì trang kết quả báo lỗi {trial.status}.",
                [box, Evidence(trial.answer_url, "", f"Trả lời {trial.status}", trial.fetched_at)],
                Reason.BROKEN,
            )
        return partial(
            f"Có ô tìm kiếm nhưng khi thử với “{trial.question}” (trong tiêu đề một bài) thì không ra bài nào.",
            [box, Evidence(trial.answer_url, "", f"Trang kết quả khi tìm “{trial.question}”", trial.fetched_at)],
            Reason.EMPTY,
        )
    if not form.complete and not page.scripts and not page.script_urls:
        return partial(
            "Có ô tìm kiếm nhưng không có nút hay lệnh nào gửi câu hỏi đi.",
            [box],
            Reason.BROKEN,
            remedy="Gắn ô tìm kiếm với trang kết quả của phần mềm quản trị cổng.",
        )
    return undetermined(
        "Có ô tìm kiếm nhưng chưa thử được (ô chỉ hoạt động bằng mã kịch bản, hoặc trang kết quả không trả lời trong "
        "lượt đánh giá).",
        [box],
        Reason.NO_DATA,
    )
