"""Item 2.3.b: what each leader of the unit is charged with."""

from __future__ import annotations

from dataclasses import replace

from auditor.checks.section import finding_of, is_post
from auditor.facts.pages import Pages, evidence_of
from auditor.facts.people import People
from auditor.facts.publications import Publications
from auditor.facts.sections import Ladder, Section, Sections
from auditor.model import Finding, Reason, failed, partial, passed
from auditor.text import words
from auditor.urls import key
from auditor.vocabulary import Vocabulary, label_words

_TOPIC = "leaders_duties"
_LEADERS = "leaders"
# States of the leaders' page that say nothing about duties but show that the portal announces its leaders.
_ANNOUNCED = (
    Ladder.NOWHERE,
    Ladder.LINK_DEAD,
    Ladder.SOFT_404,
    Ladder.EMPTY,
    Ladder.PLACEHOLDER,
    Ladder.LOGIN,
    Ladder.EXTERNAL,
)


def leaders_duties(
    people: People, sections: Sections, pages: Pages, publications: Publications, vocabulary: Vocabulary
) -> Finding:
    """Cổng có nêu nhiệm vụ được phân công của từng người trong ban lãnh đạo đơn vị hay không.

    What: a section on the duties of the leaders, or leaders who are presented with what they are charged with.

    Why: whoever turns to the unit must know who answers for what.

    Fix: write the field of work beside each leader's name, or publish the assignment of the school year.
    """
    section = sections.find(_TOPIC)
    lasting = {
        entry.target.page.key
        for topic in (_LEADERS, "organisation_chart")
        for entry in sections.find(topic).entries
        if entry.strong and entry.target is not None and entry.target.page is not None
    }
    articles = {page.key for page in section.pages} - lasting
    charged_elsewhere = any(person.duty and person.charged_on.key not in articles for person in people.leaders)
    article = not charged_elsewhere and (
        section.state is Ladder.SINGLE or (section.state is Ladder.CONTENT and _is_article(section, pages))
    )
    if section.state is Ladder.CONTENT and not article and not _only_names(section, people, pages, vocabulary):
        return finding_of(section, vocabulary.topics[_TOPIC].title.lower(), pages)
    if article:
        return finding_of(replace(section, state=Ladder.SINGLE), vocabulary.topics[_TOPIC].title.lower(), pages)
    charged = [person for person in people.leaders if person.duty]
    if charged and all(is_post(person.charged_on.url, pages, publications) for person in charged):
        page = charged[0].charged_on
        return partial(
            f"Chưa có mục riêng về nhiệm vụ của lãnh đạo; chỉ thấy một bài đăng: “{page.title[:120]}”.",
            [evidence_of(page, f"{charged[0].position}: {charged[0].duty[:200]}", "Bài đăng lẻ")],
            Reason.SINGLE_DOCUMENT,
            remedy="Lập trong menu một mục về nhiệm vụ của lãnh đạo và đưa nội dung của bài vào đó.",
        )
    if charged:
        return passed(
            f"Có nêu nhiệm vụ của {len(charged)} người trong ban lãnh đạo.",
            [
                evidence_of(
                    person.charged_on, f"{person.position or 'Lãnh đạo'}: {person.duty[:200]}", "Nhiệm vụ của lãnh đạo"
                )
                for person in charged[:3]
            ],
        )
    leaders_page = sections.find(_LEADERS)
    if section.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
        return finding_of(section, vocabulary.topics[_TOPIC].title.lower(), pages)
    if people.leaders:
        return partial(
            f"Có nêu tên và chức vụ của {len(people.leaders)} lãnh đạo nhưng không nêu nhiệm vụ được phân công.",
            [evidence_of(person.page, person.quote, "Lãnh đạo") for person in people.leaders[:3]],
            remedy="Ghi bên cạnh tên từng lãnh đạo phần việc phụ trách trong năm học.",
        )
    if section.state is not Ladder.NONE:
        return finding_of(section, vocabulary.topics[_TOPIC].title.lower(), pages)
    best = leaders_page.best
    if leaders_page.state in (Ladder.UNSEEN, Ladder.FORBIDDEN):
        return finding_of(leaders_page, vocabulary.topics[_LEADERS].title.lower(), pages)
    if best is not None and leaders_page.state is Ladder.CONTENT:
        return partial(
            f"Có mục “{best.label[:120]}” nhưng không thấy nhiệm vụ được phân công của từng lãnh đạo.",
            [evidence_of(best.page, best.label, best.url)],
        )
    if best is not None and leaders_page.state in _ANNOUNCED:
        return finding_of(leaders_page, vocabulary.topics[_LEADERS].title.lower(), pages)
    return failed("Không thấy trang hay mục nào nêu nhiệm vụ của lãnh đạo đơn vị.", pages.looked_at(), Reason.NOT_FOUND)


def _is_article(section: Section, pages: Pages) -> bool:
    """Whether all that announces the topic is the title of an article in a list, outside menus."""
    listed = {key(single.url) for single in section.singles if single.page.key != key(single.url)}
    serving = [entry for entry in section.entries if entry.state is Ladder.CONTENT]
    return all(
        not entry.strong and key(entry.url) in listed and key(entry.url) not in pages.furniture for entry in serving
    )


def _only_names(section: Section, people: People, pages: Pages, vocabulary: Vocabulary) -> bool:
    """Whether the section's pages name leaders and tell nothing else: no duties, no file, no picture."""
    named = {person.page.key for person in people.leaders}
    if any(person.duty for person in people.leaders) or not any(page.key in named for page in section.pages):
        return False
    terms, labels = vocabulary.people, vocabulary.topics[_TOPIC].labels
    for page in section.pages:
        for block in pages.own[page.key]:
            folded = words(block.text)
            told = terms.duties.first_in(folded) is not None or any(
                folded.startswith(f"{verb} ") for verb in terms.duty_verbs
            )
            if block.images or (told and not block.level and label_words(block.text) not in labels):
                return False
            if any(pages.look(page.links[index].url).attachment is not None for index in block.links):
                return False
    return True
