"""2.2: does the domain name follow the pattern?"""

from __future__ import annotations

from auditor.config import Config
from auditor.facts.domain import Domain, Form
from auditor.model import Evidence, Finding, Reason, failed, partial, passed

_SUMMARIES = {
    Form.NOT_SPELLED: "Tên miền {host} thuộc {city}.edu.vn nhưng phần “{label}” không viết đủ tên đơn vị.",
    Form.DEPARTMENT_PATH: "Cổng là một thư mục trên trang của Sở ({host}/{label}), chưa có tên miền riêng.",
    Form.NO_CITY: "Tên miền {host} thuộc .edu.vn nhưng không có tên thành phố ({city}).",
    Form.STATE: "Tên miền {host} thuộc gov.vn, không theo mẫu của công văn; quy định của Nhà nước về tên miền của cơ "
    "quan hành chính có thể yêu cầu như vậy.",
    Form.FREE_HOST: "Tên miền {host} là của một dịch vụ miễn phí, không phải tên miền của đơn vị.",
    Form.ADDRESS: "Cổng dùng địa chỉ số {host} thay cho tên miền.",
    Form.OTHER: "Tên miền {host} không thuộc {city}.edu.vn cũng không thuộc .edu.vn.",
}


def domain(domain: Domain, config: Config) -> Finding:
    """Tên miền có đúng mẫu <tên đơn vị>.<tên thành phố>.edu.vn hay không.

    What: the host where the portal stands, against the city's domain and the unit's name.

    Why: parents recognise a school's address by its name, and .edu.vn is given to education bodies only.

    Fix: ask the department for a name under the city's domain that spells the unit's name.
    """
    shown = [Evidence(domain.url, domain.host, "Địa chỉ của cổng")]
    if domain.form is Form.RIGHT:
        return passed(f"Tên miền {domain.host} đúng mẫu và viết đúng tên đơn vị.", shown)
    summary = _SUMMARIES[domain.form].format(host=domain.host, label=domain.label, city=config.city)
    if domain.form in (Form.NOT_SPELLED, Form.DEPARTMENT_PATH, Form.NO_CITY):
        return partial(summary, shown, Reason.WRONG_VALUE)
    return failed(summary, shown, Reason.WRONG_VALUE)
