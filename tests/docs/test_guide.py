"""The guide: its code prints what it says, and both languages tell the same with the same code and the same pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import pages
from pellucid.figures import registry

GUIDE = pages.DOCS / "guide"
ENGLISH = sorted((GUIDE / "en").glob("*.md"))


def name_of(page: Path) -> str:
    return page.relative_to(GUIDE).as_posix()


@pytest.mark.parametrize("page", pages.guide(), ids=name_of)
def test_the_code_prints_what_the_page_says(page: Path) -> None:
    pages.check(page)


def test_a_page_that_says_what_is_not_so_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\n```python\nprint(x)\n```\n\n```text\n2\n```\n")
    with pytest.raises(AssertionError, match=r"line 8: the page says\n2\n"):
        pages.check(page)
    page.write_text(page.read_text().replace("2\n```", "1\n```"))
    pages.check(page)


def test_output_that_a_page_hides_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n\nSome words.\n\n```text\n1\n```\n")
    with pytest.raises(AssertionError, match="prints\n1\n"):
        pages.check(page)


@pytest.mark.parametrize("page", ENGLISH, ids=name_of)
def test_both_languages_have_the_same_code_sections_and_pictures(page: Path) -> None:
    korean = GUIDE / "ko" / page.name
    shapes = []
    for path in (page, korean):
        text = path.read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        headings = [len(marks) for marks in re.findall(r"^(#+) ", prose, flags=re.MULTILINE)]
        pictures = re.findall(r"_figures/([\w-]+)\.\w+\.(\w+)", text)
        shapes.append(([(block.code, block.output) for block in pages.blocks(path)], headings, pictures))
    assert shapes[0] == shapes[1]


def test_no_page_is_in_one_language_alone() -> None:
    assert [page.name for page in ENGLISH] == sorted(page.name for page in (GUIDE / "ko").glob("*.md"))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_is_listed(language: str) -> None:
    listed = re.findall(r"^(\d\S+)$", (GUIDE / language / "index.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(page.stem for page in (GUIDE / language).glob("*.md") if page.stem != "index")


@pytest.mark.parametrize(("language", "last"), [("en", "Try"), ("ko", "해 보기")])
def test_a_page_begins_with_its_question_which_the_index_asks_too_and_ends_with_what_to_try(language: str, last: str) -> None:
    index = (GUIDE / language / "index.md").read_text(encoding="utf-8")
    for page in (GUIDE / language).glob("[0-9]*.md"):
        text = page.read_text(encoding="utf-8")
        begin = re.match(r"# (.+)\n\n\*(.+?)\*\n\n", text, flags=re.DOTALL)
        assert begin is not None, page
        title, question = begin[1], " ".join(begin[2].split())
        assert question.endswith("?"), page
        assert f"{int(page.stem[:2])}. [{title}]({page.name}): {question}\n" in index
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE)[-1] == last, page


def test_pictures_are_figures_in_the_language_of_their_page() -> None:
    for page in pages.guide():
        for name, language in re.findall(r"_figures/([\w-]+)\.(\w+)\.", page.read_text(encoding="utf-8")):
            assert name in registry.PICTURES, f"{page}: {name}"
            assert language == page.parent.name


@pytest.mark.parametrize("page", pages.guide(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target and "_figures/" not in target:
            assert (page.parent / target).exists(), target
