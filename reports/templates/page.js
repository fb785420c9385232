"use strict";
/* newsfolio: draws the charts of a page from its data block, sorts its tables, saves them as CSV. */
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const paper = matchMedia("print");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PAPER_WIDTH = 690;
  const PAPER_HEIGHT = 0.66;
  let printing = false;

  const onPaper = () => printing || paper.matches;
  const charts = () => [...document.querySelectorAll("[data-chart]")];

  /* Colours and shared lists are filled in here, so that one figure serves light, dark and paper. */
  const filled = (value, style) => {
    if (Array.isArray(value)) return value.map((part) => filled(part, style));
    if (value === null || typeof value !== "object") return value;
    if ("$css" in value) return style.getPropertyValue(value.$css).trim();
    if ("$ref" in value) return data.shared[value.$ref];
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, filled(part, style)]));
  };

  const layoutOf = (name, width) => {
    const chart = data.charts[name];
    const view = (chart.views || [])[chart.chosen || 0];
    const merged = { ...chart.figure.layout, ...(view ? view.layout : {}) };
    const height = merged.height * (onPaper() ? PAPER_HEIGHT : 1);
    return { ...merged, width, height, autosize: false };
  };

  const narrow = (layout) => {
    if (layout.annotations) layout.annotations = layout.annotations.filter((note) => note.name !== "wide only");
    if (layout.margin.r > 60) layout.margin = { ...layout.margin, r: 12 };
    if (layout.xaxis && layout.xaxis.type === "date") layout.xaxis.nticks = 4;
  };

  /* What is folded away keeps its drawing until somebody unfolds it. */
  const draw = (box) => {
    const name = box.dataset.chart;
    if (!box.clientWidth && !onPaper()) return;
    const width = onPaper() ? PAPER_WIDTH : Math.max(box.clientWidth, 240);
    const style = getComputedStyle(document.documentElement);
    if (!box.dataset.drawn) box.textContent = "";
    box.dataset.drawn = "yes";
    const figure = filled({ data: data.charts[name].figure.data, layout: layoutOf(name, width) }, style);
    if (width < 520) narrow(figure.layout);
    Plotly.react(box, figure.data, figure.layout, { displayModeBar: false, displaylogo: false, responsive: false });
  };

  const drawAll = () => charts().forEach(draw);

  /* What can be seen first; the rest one by one, so that the page answers meanwhile. */
  const drawInTurn = (boxes) => {
    if (!boxes.length) {
      document.documentElement.dataset.charts = "drawn";
      return;
    }
    draw(boxes[0]);
    setTimeout(() => drawInTurn(boxes.slice(1)), 0);
  };

  const chooseView = (button) => {
    const name = button.dataset.view;
    data.charts[name].chosen = Number(button.dataset.place);
    for (const other of button.parentElement.children) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    for (const caption of document.querySelectorAll("[data-caption]")) {
      if (caption.dataset.caption === name) caption.textContent = data.charts[name].views[button.dataset.place].finding;
    }
    charts().filter((box) => box.dataset.chart === name).forEach(draw);
  };

  const number = (text) => {
    const bare = text.replace(/,/g, "").replace(/^\+/, "").replace(/\s*%$/, "");
    return /^-?[\d.]+(e-?\d+)?$/.test(bare) ? Number(bare) : NaN;
  };

  /* A cell's own word, without what stands small below it. */
  const said = (cell) => [...cell.childNodes].filter((part) => part.nodeName !== "SMALL").map((part) => part.textContent).join("").trim();

  const sort = (head) => {
    const order = head.ariaSort === "descending" ? "ascending" : "descending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = head.closest("table").tBodies[0];
    const text = (row) => said(row.cells[head.cellIndex]);
    const rows = [...body.rows].map((row) => [row, text(row), number(text(row))]);
    rows.sort(([, a, x], [, b, y]) => {
      if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
      return sign * (Number.isNaN(x) ? a.localeCompare(b) : x - y);
    });
    body.append(...rows.map(([row]) => row));
  };

  /* A spreadsheet takes text that begins like a formula for one. */
  const field = (text) => {
    const plain = Number.isNaN(number(text)) ? text : text.replace(/,/g, "");
    const safe = /^[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/.test(plain) && Number.isNaN(number(plain)) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };

  const save = (button) => {
    const table = document.getElementById(button.dataset.csv);
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => field(said(cell))).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = `${button.dataset.name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  for (const head of document.querySelectorAll("table.sortable thead th")) {
    const button = head.querySelector("button");
    if (button) button.addEventListener("click", () => sort(head));
  }
  for (const button of document.querySelectorAll("button[data-csv]")) {
    button.hidden = false;
    button.addEventListener("click", () => save(button));
  }
  for (const button of document.querySelectorAll("button[data-view]")) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => chooseView(button));
  }

  for (const fold of document.querySelectorAll("details")) {
    fold.addEventListener("toggle", () => fold.open && fold.querySelectorAll("[data-chart]").forEach(draw));
  }
  const unfold = () => {
    const fold = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (fold instanceof HTMLDetailsElement) fold.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();

  let waiting = 0;
  let wide = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === wide || onPaper()) return;
    wide = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 120);
  });
  dark.addEventListener("change", drawAll);
  paper.addEventListener("change", drawAll);
  addEventListener("beforeprint", () => { printing = true; drawAll(); });
  addEventListener("afterprint", () => { printing = false; drawAll(); });
  drawInTurn(charts());
})();
