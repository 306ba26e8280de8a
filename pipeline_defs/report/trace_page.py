"""The trees of rows as one page, to be handed to somebody: every value is text, whatever it holds."""

from collections.abc import Sequence

import jinja2

from assets.audit.tree import Node

PAGE = jinja2.Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Lineage</title><style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 1rem auto; max-width: 70rem; padding: 0 1rem }
details, .leaf { margin: .3rem 0 .3rem 1rem; border-left: 2px solid #8886; padding-left: .7rem }
summary { cursor: pointer } code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
pre { white-space: pre-wrap; max-height: 20rem; overflow: auto; margin: .2rem 0; background: #8881; padding: .4rem }
.asked > summary { font-weight: bold; background: #fd08 } .rejected, .taken_down, .replaced { color: #c33 }
dt { float: left; clear: left; min-width: 9rem; color: #888 } dd { margin-left: 9.5rem }
</style></head><body><h1>Lineage</h1>
{% macro show(node) %}
<details open class="{{ 'asked' if node.asked else '' }}">
<summary>{{ node.artifact }} <code>{{ node.row_id }}</code>
{% if node.state != 'kept' %}<span class="{{ node.state }}">{{ node.state }}</span>{% endif %}</summary>
<dl>{% for name, value in node.facts.items() %}<dt>{{ name }}</dt><dd>
{% if value is string and '\\n' in value %}<pre>{{ value }}</pre>{% else %}{{ value }}{% endif %}</dd>{% endfor %}</dl>
{% for one in node.rejections %}
<p class="rejected">left at {{ one.stage }}: {{ one.reason }} {{ one.detail or '' }}</p>{% endfor %}
{% for name, rows in node.beside.items() %}{% for row in rows %}
<p>{{ name.partition('__')[2] }}: <code>{{ row }}</code></p>
{% endfor %}{% endfor %}
{% for child in node.children %}{{ show(child) }}{% endfor %}
</details>
{% endmacro %}
{% for tree in trees %}{{ show(tree) }}{% endfor %}
</body></html>
""",
    autoescape=True,
    trim_blocks=True,
)


def trace_page(trees: Sequence[Node]) -> str:
    """The page."""
    return PAGE.render(trees=trees)
