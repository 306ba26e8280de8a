// Draws the charts in the colours of the page, and makes tables sort and search. Text gets in as text alone.
"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
function colours() {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim(), line = style.getPropertyValue("--line").trim();
  return { font: { color: ink, size: 12 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", line };
}
function draw() {
  const { line, ...look } = colours();
  for (const place of document.querySelectorAll(".chart")) {
    const figure = figures[Number(place.dataset.figure)], layout = { ...figure.layout, ...look };
    for (const axis of ["xaxis", "yaxis"]) layout[axis] = { automargin: true, gridcolor: line, ...layout[axis] };
    place.style.height = `${layout.height}px`;
    Plotly.react(place, figure.data, layout, { responsive: true, displaylogo: false });
  }
}
draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
for (const details of document.querySelectorAll("details")) {
  const search = details.querySelector(":scope > input[type=search]"), table = details.querySelector(":scope table");
  if (!search || !table) continue;
  const body = table.tBodies[0], rows = [...body.rows];
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    let upwards = false;
    head.firstElementChild.addEventListener("click", () => {
      upwards = !upwards;
      const key = (row) => row.cells[column].dataset.key;
      const numeric = rows.every((row) => key(row) === "" || !Number.isNaN(Number(key(row))));
      rows.sort((one, other) => {
        const order = numeric ? Number(key(one)) - Number(key(other)) : key(one).localeCompare(key(other));
        return upwards ? order : -order;
      });
      head.setAttribute("aria-sort", upwards ? "ascending" : "descending");
      body.append(...rows);
    });
  });
}
