"""The digest of a stage's prompts changes with its templates and their tables, and with nothing else."""

from assets.asking.prompts import prompts_digest


def test_an_edit_of_a_template_or_of_a_table_changes_the_digest(tmp_path, monkeypatch):
    folder = tmp_path / "stage_with_prompts" / "prompts"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    seen = []
    for name, text in (
        ("ask.jinja", "a"),
        ("ask.jinja", "b"),
        ("words.yaml", "x: 1"),
        ("words.yaml", "x: 2"),
    ):
        (folder / name).write_text(text)
        seen.append(prompts_digest("stage_with_prompts"))
    (folder / "notes.txt").write_text("not sent to a model")
    assert prompts_digest("stage_with_prompts") == seen[-1]
    assert len(set(seen)) == 4
