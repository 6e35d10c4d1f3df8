// Draws the blocks of a card by their meaning. What sighted people see as colour or a sign is also said in words.

import { el, icon } from "./dom.js";
import { word } from "./words.js";
import { left } from "./when.js";

const drawers = {
  text: ({ text }) => el("p", { class: "text" }, text),
  lead: ({ text }) => el("p", { class: "lead" }, text),
  fine: ({ text }) => el("p", { class: "fine" }, text),
  points: ({ items }) => el("ul", { class: "points" }, ...items.map((item) => el("li", {}, item))),
  rounds,
  meter,
  squares,
  countdown,
};

export function drawBlocks(blocks) {
  const drawn = [];
  for (const block of blocks) {
    if (block.type === "labelled") {
      // Neighbours become one list of labels and texts.
      const before = drawn.at(-1);
      const list = before?.tagName === "DL" ? before : el("dl", { class: "labelled" });
      list.append(el("div", {}, el("dt", {}, block.label), el("dd", {}, block.text)));
      if (list !== before) drawn.push(list);
    } else {
      const drawer = drawers[block.type];
      if (drawer) drawn.push(drawer(block));
    }
  }
  for (const list of drawn) if (list.tagName === "DL") list.classList.toggle("brief", isBrief(list));
  return drawn;
}

// Short labels and texts stand side by side on a phone too.
const isBrief = (list) => [...list.querySelectorAll("dt, dd")].every((each) => each.textContent.length <= 22);

function rounds({ lines }) {
  return el(
    "div",
    { class: "rounds", role: "group", "aria-label": word("rounds") },
    ...lines.map((line) =>
      el(
        "ul",
        { class: "round-line" },
        ...line.map(({ label, spoken, mark }) =>
          el(
            "li",
            { class: `round ${mark}`, "aria-current": mark === "now" ? "step" : null },
            el("span", { class: "round-face", "aria-hidden": "true" }, icon(`round-${mark}`), el("span", {}, label)),
            el("span", { class: "unseen" }, word(`mark.${mark}`, { what: spoken })),
          ),
        ),
      ),
    ),
  );
}

function meter({ label, percent }) {
  const bar = el("span", { class: "meter-fill" });
  bar.style.setProperty("inline-size", `${percent}%`);
  const said = word("percent", { percent });
  return el(
    "div",
    {
      class: "meter",
      role: "meter",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": percent,
      "aria-valuetext": said,
    },
    el("span", { class: "meter-words" }, el("span", {}, label), el("span", { class: "meter-number" }, said)),
    el("span", { class: "meter-bar" }, bar),
  );
}

function squares({ days }) {
  return el(
    "ul",
    { class: "squares" },
    ...days.map(({ label, spoken, tone }) =>
      el(
        "li",
        { class: `square ${tone}` },
        el("span", { class: "square-face", "aria-hidden": "true" }, icon(`day-${tone}`)),
        el("span", { class: "square-label", "aria-hidden": "true" }, label),
        el("span", { class: "unseen" }, spoken),
      ),
    ),
  );
}

function countdown({ label, until }) {
  const time = el("span", { class: "countdown-left" });
  const box = el(
    "div",
    { class: "countdown", role: "timer", "aria-live": "off", "data-until": until },
    el("span", { class: "countdown-label" }, label),
    time,
  );
  tick(box, time);
  return box;
}

function tick(box, time) {
  const rest = left(new Date(box.dataset.until));
  const text = rest ?? word("now");
  if (time.textContent !== text) time.textContent = text;
  box.classList.toggle("over", rest === null);
}

// All countdowns on the page follow one clock; a hidden or removed one costs nothing.
export function tickAll() {
  for (const box of document.querySelectorAll(".countdown")) tick(box, box.querySelector(".countdown-left"));
}
