// Draws one line of the chat: a card of the bot with its picture, controls and files, or what a person said.

import { drawBlocks } from "./blocks.js";
import { el, hue, icon, initial } from "./dom.js";
import { state } from "./state.js";
import { word } from "./words.js";
import { clock } from "./when.js";

// `acts`: {press(line, control, button), openPrivate(payload)}
export function drawLine(line, acts) {
  const zone = state.zone;
  const at = new Date(line.at);
  const time = el("time", { class: "at", datetime: line.at }, clock(at, zone));
  const article =
    line.kind === "said" ? drawSaid(line, line.author === state.persona) : drawCard(line, acts);
  article.append(time);
  article.dataset.line = line.id;
  article.dataset.author = line.author;
  return article;
}

function drawCard(line, acts) {
  const { card, files, picture } = line;
  const inside = [];
  if (picture) inside.push(drawPicture(picture));
  if (card) {
    if (card.title) inside.push(el("h2", { class: "title" }, card.title));
    inside.push(...drawBlocks(card.blocks));
  }
  if (files.length) inside.push(el("ul", { class: "files" }, ...files.map(drawFile)));
  if (card?.rows.length) {
    inside.push(
      el(
        "div",
        { class: "rows" },
        ...card.rows.map((row) => el("div", { class: "row" }, ...row.map((each) => drawControl(line, each, acts)))),
      ),
    );
  }
  return el(
    "article",
    { class: "line ours", tabindex: "-1", "aria-label": word("from", { name: word("brand") }) },
    el("img", { class: "face", src: "/static/icon.svg", alt: "", width: 32, height: 32 }),
    el("div", { class: "card" }, ...inside),
  );
}

export function drawSaid({ name, text, author }, mine) {
  const index = state.people.findIndex((person) => person.id === author);
  return el(
    "article",
    { class: mine ? "line said mine" : "line said", "aria-label": word("from", { name }) },
    mine ? null : el("span", { class: `face letter ${hue(index)}`, "aria-hidden": "true" }, initial(name)),
    el(
      "div",
      { class: "bubble" },
      state.team ? el("p", { class: "by", dir: "auto" }, name) : null,
      el("p", { class: "words", dir: "auto" }, text),
    ),
  );
}

function drawControl(line, control, acts) {
  if (control.type === "link") {
    if (!control.url.startsWith("https://")) return null;
    return el(
      "a",
      { class: "button plain", href: control.url, target: "_blank", rel: "noopener noreferrer" },
      control.label,
      icon("out"),
      el("span", { class: "unseen" }, word("new_tab")),
    );
  }
  if (control.type === "private") {
    const go = () => acts.openPrivate(control.payload);
    return el("button", { class: "button primary", type: "button", on: { click: go } }, control.label);
  }
  const button = el("button", { class: `button ${control.style}`, type: "button", "data-press": control.data }, control.label);
  button.addEventListener("click", () => acts.press(line, control, button));
  return button;
}

// The server keeps pictures for a while only; the words that say the same stay.
function drawPicture({ id, alt, ready }) {
  const words = el("p", { class: "fine" }, alt);
  if (!ready) return words;
  // Its size is told, so that the chat still ends where it was scrolled to once the picture has come.
  const image = el("img", { class: "picture", src: `/files/${id}`, alt, width: "800", height: "450" });
  image.addEventListener("error", () => image.replaceWith(words));
  return image;
}

function drawFile({ id, name, size, ready }) {
  const about = ready ? word("file", { size: bytes(size) }) : word("file_gone");
  const face = [icon("file"), el("span", { class: "file-name" }, name), el("span", { class: "file-about" }, about)];
  return el(
    "li",
    {},
    ready
      ? el("a", { class: "file", href: `/files/${id}`, download: name }, ...face)
      : el("span", { class: "file spent" }, ...face),
  );
}

function bytes(size) {
  if (size < 1000) return word("bytes", { n: size });
  return size < 1_000_000 ? word("kilobytes", { n: Math.round(size / 1000) }) : word("megabytes", { n: (size / 1e6).toFixed(1) });
}
