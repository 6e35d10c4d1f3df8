// Short answers: a toast that goes by itself, or a box that waits to be read.

import { $, el } from "./dom.js";

const SHORTEST = 3500; // ms
const PER_LETTER = 55;

export function toast(text) {
  if (!text) return;
  const each = el("p", { class: "toast" }, text);
  $("toasts").replaceChildren(each);
  setTimeout(() => each.classList.add("leaving"), SHORTEST + text.length * PER_LETTER);
  setTimeout(() => each.remove(), SHORTEST + text.length * PER_LETTER + 400);
}

export function alertBox(text) {
  $("notice-text").textContent = text;
  if (!$("notice").open) $("notice").showModal();
}

$("notice-close").addEventListener("click", () => $("notice").close());
