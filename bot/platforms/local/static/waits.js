// What is waited for: pressed buttons until their answer, typed texts until the bot speaks. A wait always ends.

import { $ } from "./dom.js";
import { state } from "./state.js";

const PATIENCE = 12_000; // ms: then a button may be pressed again
const TYPING = 8_000;

export class Waits {
  #pressed = new Map(); // request -> {line, timer, button}
  #typing = new Map(); // chat -> timer

  busy(line) {
    return [...this.#pressed.values()].some((each) => each.line === line);
  }

  pressed(request, line, button, onSlow) {
    const article = button.closest(".line");
    button.classList.add("busy");
    button.setAttribute("aria-busy", "true");
    for (const each of article.querySelectorAll(".rows .button")) each.setAttribute("aria-disabled", "true");
    const timer = setTimeout(() => {
      this.answered(request);
      onSlow();
    }, PATIENCE);
    this.#pressed.set(request, { line, timer, article });
  }

  // True: it was pressed on this page. The line may have been drawn anew meanwhile; then its buttons are fresh already.
  answered(request) {
    const each = this.#pressed.get(request);
    if (!each) return false;
    clearTimeout(each.timer);
    this.#pressed.delete(request);
    for (const button of each.article.querySelectorAll(".rows .button")) {
      button.classList.remove("busy");
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
    return true;
  }

  clear() {
    for (const request of [...this.#pressed.keys()]) this.answered(request);
    this.quiet();
  }

  // Nobody is writing: the bot is away.
  quiet() {
    for (const chat of [...this.#typing.keys()]) this.spoken(chat);
  }

  typed(chat) {
    clearTimeout(this.#typing.get(chat));
    this.#typing.set(
      chat,
      setTimeout(() => this.spoken(chat), TYPING),
    );
    this.show();
  }

  spoken(chat) {
    clearTimeout(this.#typing.get(chat));
    this.#typing.delete(chat);
    this.show();
  }

  show() {
    $("typing").hidden = !this.#typing.has(state.chat);
  }
}
