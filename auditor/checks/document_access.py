"""Whether documents can be understood, downloaded and searched."""

from __future__ import annotations

from auditor.checks.document_origin import documents_as_evidence, no_documents
from auditor.facts.documents import Documents, file_states
from auditor.facts.pages import Pages, Reach, evidence_of
from auditor.facts.search import Search
from auditor.model import Evidence, Finding, Reason, failed, partial, passed, undetermined

_UNREAD = (Reach.UNVISITED, Reach.FAILED, Reach.FORBIDDEN, Reach.BLOCKED)


def document_access(documents: Documents, search: Search, pages: Pages) -> Finding:
    """Văn bản có trích yếu, tệp tải về được và công cụ tìm kiếm văn bản.

    What: looks whether most documents are listed with an abstract, whether a file of theirs really downloads, and
    whether there is a form by which documents are searched, or a search of the whole portal that works.

    Why: a list of numbers without files helps nobody.

    Fix: add abstracts, attach files that open without a login, switch the search of documents on.
    """
    items = documents.listed
    if not items:
        return no_documents(documents, pages)
    abstracts = sum(item.has_abstract for item in items)
    states = {item: file_states(pages, item) for item in items}
    downloads = [item for item, found in states.items() if Reach.ATTACHMENT in found]
    unread = any(state in _UNREAD for found in states.values() for state in found)
    external = any(state is Reach.EXTERNAL for found in states.values() for state in found)
    dead = sum(state in (Reach.DEAD, Reach.SOFT_404) for found in states.values() for state in found)
    has = {
        "trích yếu": abstracts * 2 >= len(items),
        "tệp tải về được": bool(downloads),
        "tìm kiếm văn bản": documents.search is not None or search.documents is not None or _site_search(search),
    }
    shown = documents_as_evidence(items, lambda item: Reach.ATTACHMENT not in states[item])
    if downloads:
        shown.append(Evidence(downloads[0].files[0], downloads[0].title[:200], "Tệp đã tải thử được"))
    if documents.search is not None:
        shown.append(evidence_of(documents.search[0], documents.search[1][:200], "Biểu mẫu tìm văn bản"))
    present = [name for name, there in has.items() if there]
    absent = [name for name, there in has.items() if not there]
    told = f"Trong {len(items)} văn bản thấy được có: {', '.join(present) or 'không đủ thông tin nào'}" + (
        f"; chưa có: {', '.join(absent)}." if absent else "."
    )
    if dead and not downloads:
        told += f" {dead} tệp đính kèm không mở được."
    if not absent:
        return passed(told, shown)
    if absent == ["tệp tải về được"] and not dead:
        if external:
            return partial(
                f"{told} Tệp nằm ở dịch vụ lưu trữ bên ngoài nên chương trình không tải thử.",
                shown,
                Reason.EXTERNAL_ONLY,
                remedy="Đăng tệp ngay trên cổng để ai cũng tải được mà không cần tài khoản của dịch vụ khác.",
            )
        if unread:
            return undetermined(f"{told} Chưa tải thử được các tệp đính kèm.", shown)
    if present:
        return partial(told, shown, remedy=f"Bổ sung {', '.join(absent)} cho mục văn bản.")
    if unread or not documents.read_lists:
        return undetermined(f"{told} Chưa mở được trang danh sách hoặc các tệp.", shown)
    return failed(told, shown, Reason.INCOMPLETE)


def _site_search(search: Search) -> bool:
    """Whether the search of the whole portal stands in: it found what it was asked, or robots.txt forbids to ask it."""
    if search.found is not None:
        return True
    return search.form is not None and search.form.complete and search.robots_forbid
