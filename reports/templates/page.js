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

  /* A long table has one page of its rows; all are text in a block, unread until somebody asks. */
  const books = {};
  const bookOf = (table) => {
    const block = document.getElementById(`${table.id}-rows`);
    if (block && !books[table.id]) books[table.id] = { first: 0, ...JSON.parse(block.textContent) };
    return books[table.id];
  };

  const turn = (table, first) => {
    const book = bookOf(table);
    const body = table.tBodies[0];
    const like = body.rows[0];
    const rows = book.rows.slice(first, first + book.size).map((text) => {
      const row = like.cloneNode(true);
      text.split("\t").forEach((word, place) => { row.cells[place].textContent = word; });
      const name = book.names[row.cells[1].textContent];
      if (name) row.cells[1].append(Object.assign(document.createElement("small"), { textContent: name }));
      return row;
    });
    body.replaceChildren(...rows);
    book.first = first;
    const bar = document.querySelector(`[data-turn="${table.id}"]`);
    const [before, after] = bar.querySelectorAll("button");
    before.disabled = first === 0;
    after.disabled = first + book.size >= book.rows.length;
    const range = [first + 1, first + rows.length, book.rows.length].map((count) => count.toLocaleString("en"));
    bar.querySelector("span").textContent = `Rows ${range[0]} to ${range[1]} of ${range[2]}`;
  };

  const sort = (head) => {
    const order = head.ariaSort === "descending" ? "ascending" : "descending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const table = head.closest("table");
    const body = table.tBodies[0];
    const book = bookOf(table);
    const text = (row) => (book ? row.split("\t")[head.cellIndex] : said(row.cells[head.cellIndex]));
    const rows = (book ? book.rows : [...body.rows]).map((row) => [row, text(row), number(text(row))]);
    rows.sort(([, a, x], [, b, y]) => {
      if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
      return sign * (Number.isNaN(x) ? a.localeCompare(b) : x - y);
    });
    const sorted = rows.map(([row]) => row);
    if (!book) return body.append(...sorted);
    book.rows = sorted;
    turn(table, 0);
  };

  /* A spreadsheet takes text that begins like a formula for one. */
  const field = (text) => {
    const plain = Number.isNaN(number(text)) ? text : text.replace(/,/g, "");
    const safe = /^[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/.test(plain) && Number.isNaN(number(plain)) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };

  const save = (button) => {
    const table = document.getElementById(button.dataset.csv);
    const cells = (row) => [...row.cells].map(said);
    const book = bookOf(table);
    const rows = book ? [cells(table.rows[0]), ...book.rows.map((row) => row.split("\t"))] : [...table.rows].map(cells);
    const lines = rows.map((row) => row.map(field).join(","));
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
  for (const button of document.querySelectorAll("[data-turn] button")) {
    const table = document.getElementById(button.parentElement.dataset.turn);
    button.hidden = false;
    button.disabled = button.dataset.by < 0;
    button.addEventListener("click", () => turn(table, bookOf(table).first + button.dataset.by * bookOf(table).size));
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
