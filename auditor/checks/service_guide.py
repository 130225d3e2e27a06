"""Item 4.2: online services with a guide."""

from __future__ import annotations

from auditor.facts.pages import Pages, evidence_of
from auditor.facts.sections import Ladder, Sections
from auditor.facts.services import Services
from auditor.model import Finding, Reason, not_applicable, partial, passed, undetermined


def service_guide(services: Services, sections: Sections, pages: Pages) -> Finding:
    """Dịch vụ công trực tuyến của đơn vị có hướng dẫn từng bước hay không.

    What: an online service is a form that can be sent online, or the unit's own entry in a service system; a guide
    tells steps, papers, time or fee, anywhere on the portal.

    Why: a service that nobody understands is not used. A unit without online services is not asked.

    Fix: publish the guide beside the service.
    """
    if services.online:
        service = services.online[0]
        offered = evidence_of(service.page, service.label, f"Dịch vụ: {service.url}")
        if services.guides:
            guide = services.guides[0]
            told = ", ".join(guide.told[:4])
            return passed(
                f"Có dịch vụ trực tuyến “{service.label[:80]}” kèm hướng dẫn trên cổng.",
                [offered, evidence_of(guide.page, told, "Hướng dẫn")],
            )
        return partial(
            f"Có dịch vụ trực tuyến “{service.label[:80]}” nhưng không thấy hướng dẫn các bước, hồ sơ, thời hạn hay "
            "lệ phí.",
            [offered],
        )
    section = sections.find("online_services")
    if section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN) and section.best is not None:
        return undetermined(
            f"Có mục “{section.best.label[:120]}” nhưng chưa đọc được trang này.",
            [evidence_of(section.best.page, section.best.label, section.best.url)],
            Reason.ROBOTS_FORBID if section.state is Ladder.FORBIDDEN else Reason.CRAWL_CUT_SHORT,
        )
    if pages.cut_short:
        return undetermined("Lượt đọc bị ngắt giữa chừng nên chưa biết đơn vị có dịch vụ trực tuyến hay không.")
    return not_applicable("Không thấy đơn vị cung cấp dịch vụ trực tuyến nào trên cổng.", Reason.NO_SERVICE)
