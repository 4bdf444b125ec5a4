"""``pellucid figures``: lists and draws."""

import pytest

from pellucid.errors import FontUnavailable
from pellucid.figures import fonts, registry


def test_without_a_name_it_lists_all(pellucid):
    done = pellucid("figures")
    assert done.exit_code == 0
    for picture in registry.PICTURES.values():
        assert f"{picture.name} " in done.output
        assert picture.title.en in done.output
    assert registry.get("cost").title.ko in pellucid("figures", "--language", "ko").output


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("deep/b.svg", b"<?xml")])
def test_it_draws_into_the_file_and_names_it(pellucid, folder, name, start):
    done = pellucid("figures", "cost", "--out", name, "--theme", "dark")
    assert done.exit_code == 0, done.output
    assert done.output.strip().replace("\\", "/") == name
    assert (folder / name).read_bytes().startswith(start)


def test_without_out_it_is_a_png_here(pellucid, folder):
    assert pellucid("figures", "log").exit_code == 0
    assert (folder / "log.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("costs",), "figure: 'costs' is not known. Did you mean 'cost'"),
        (("cost", "--theme", "grey"), "theme: 'grey' is not known"),
        (("cost", "--language", "de"), "language: 'de' is not known"),
        (("cost", "--out", "a.pdf"), "must end in .png or .svg"),
        (("optimizers", "--dataset", "minst"), "dataset: 'minst' is not known. Did you mean 'mnist'"),
    ],
)
def test_slips_are_answered(pellucid, folder, arguments, message):
    done = pellucid("figures", *arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert not list(folder.iterdir())


def test_without_hangul_it_says_so_before_it_computes(pellucid, monkeypatch):
    def none():
        raise FontUnavailable("install a font")

    monkeypatch.setattr(fonts, "hangul", none)
    done = pellucid("figures", "optimizers", "--language", "ko")
    assert done.exit_code == 2
    assert "install a font" in done.output


def test_all_of_them_into_a_folder(pellucid, folder, monkeypatch):
    few = {name: registry.get(name) for name in ("cost", "log")}
    monkeypatch.setattr(registry, "PICTURES", few)
    assert pellucid("figures", "all", "--out", "pictures").exit_code == 0
    assert sorted(file.name for file in (folder / "pictures").iterdir()) == ["cost.png", "log.png"]
