"use strict";
const body = document.querySelector("#runs tbody");
/* Of many runs the older rows are packed until somebody wants to see or sort them. */
let waiting = "DecompressionStream" in window && document.getElementById("older");
async function unpacked() {
  if (!waiting) return;
  const note = waiting;
  waiting = null;
  const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  body.insertAdjacentHTML("beforeend", await new Response(stream).text());
  note.remove();
}
if (waiting) {
  const button = waiting.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", unpacked);
}
for (const head of document.querySelectorAll("#runs thead th")) {
  const button = head.querySelector("button");
  if (!button) continue;
  button.addEventListener("click", async () => {
    await unpacked();
    const order = head.ariaSort === "descending" ? "ascending" : "descending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => row.children[head.cellIndex].dataset.value;
    const compare = (one, two) => {
      const a = value(one), b = value(two);
      if (a === "" || b === "") return (a === "") - (b === "");
      const difference = Number(a) - Number(b);
      return sign * (Number.isNaN(difference) ? a.localeCompare(b) : difference);
    };
    body.append(...[...body.rows].sort(compare));
  });
}
