"""1.6: does the portal's server stand in the city?"""

from __future__ import annotations

from auditor.facts.location import Location
from auditor.facts.pages import Pages
from auditor.model import Evidence, Finding, Reason, failed, manual, passed, undetermined
from auditor.text import words

_HOME_COUNTRY = "VN"


def server_location(location: Location, pages: Pages, *, city: str) -> Finding:
    """Máy chủ của cổng có đặt tại thành phố hay không.

    What: looks every address of the host up in the configured location data.

    Why: the letter asks for a server in the city; location data is only as good as its maker.

    Fix: host the portal in the city, or show the contract that says where the server stands.
    """
    url = pages.end.final_url or (pages.home.url if pages.home else "")
    at = pages.home.fetched_at if pages.home else ""
    shown = [Evidence(url, place.address, _said(place.country, place.city), at) for place in location.places]
    if not location.addresses:
        return undetermined(
            "Chưa biết địa chỉ IP của máy chủ nên chưa xác định được vị trí.",
            [Evidence(url, "", "Tên miền không phân giải được tại nơi chạy chương trình", at)],
            Reason.NO_DATA,
        )
    addresses = ", ".join(location.addresses)
    if location.delivery_network:
        return manual(
            f"Cổng đứng sau mạng phân phối nội dung {location.delivery_network} nên không biết máy chủ thật đặt ở đâu.",
            [Evidence(url, addresses, location.delivery_network, at)],
        )
    if not location.configured:
        return undetermined(
            "Chưa cấu hình dữ liệu vị trí địa chỉ IP (location.database) nên chưa xác định được nơi đặt máy chủ.",
            [Evidence(url, addresses, "Địa chỉ IP của máy chủ", at)],
            Reason.NO_DATA,
        )
    known = [place for place in location.places if place.country]
    if len(known) < len(location.places):
        return undetermined(
            "Dữ liệu vị trí không có địa chỉ IP của máy chủ này.",
            shown or [Evidence(url, addresses, "", at)],
            Reason.NO_DATA,
        )
    abroad = [place for place in known if place.country != _HOME_COUNTRY]
    if abroad:
        return failed(
            f"Địa chỉ máy chủ {abroad[0].address} nằm ngoài Việt Nam ({abroad[0].country}).", shown, Reason.WRONG_VALUE
        )
    if all(place.city and words(city) in place.city for place in known):
        return passed("Mọi địa chỉ máy chủ của cổng đều ở Thành phố Hồ Chí Minh.", shown)
    return manual("Máy chủ ở Việt Nam; dữ liệu vị trí không chắc chắn về thành phố nên cần người xác nhận.", shown)


def _said(country: str, city: str) -> str:
    return f"Dữ liệu vị trí: {country or 'không rõ nước'}, {city.title() or 'không rõ thành phố'}"
