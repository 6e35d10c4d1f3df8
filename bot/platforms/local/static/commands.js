// The command menu: opens at "/", filters while typing. A listbox that the text field drives (ARIA combobox pattern).

import { $, el } from "./dom.js";
import { state } from "./state.js";
import { word } from "./words.js";

export class Commands {
  #pick;
  #complete;
  #at = 0;
  #found = [];

  // `pick(name)` sends the command, `complete(name)` writes it for somebody who wants to add to it.
  constructor(pick, complete) {
    this.#pick = pick;
    this.#complete = complete;
  }

  get isOpen() {
    return !$("command-menu").hidden;
  }

  // Shows what fits the text, or closes when the text is no longer the beginning of a command.
  follow(text) {
    const typed = /^\/(\S*)$/.exec(text);
    if (!typed) return this.close();
    const wanted = typed[1].toLowerCase();
    const fits = state.start.menu.filter((entry) => entry.team || !state.team);
    const begins = fits.filter((entry) => entry.name.startsWith(wanted));
    const holds = fits.filter((entry) => !entry.name.startsWith(wanted) && entry.name.includes(wanted));
    this.#found = [...begins, ...holds];
    this.#at = 0;
    if (this.#found.length === 0) return this.close();
    return this.#draw();
  }

  close() {
    $("command-menu").hidden = true;
    $("command-menu").replaceChildren();
    $("write").setAttribute("aria-expanded", "false");
    $("write").removeAttribute("aria-activedescendant");
  }

  // True: the key was for the menu.
  key(event) {
    if (!this.isOpen || event.isComposing) return false;
    const last = this.#found.length - 1;
    if (event.key === "ArrowDown") this.#move(this.#at === last ? 0 : this.#at + 1);
    else if (event.key === "ArrowUp") this.#move(this.#at === 0 ? last : this.#at - 1);
    else if (event.key === "Home") this.#move(0);
    else if (event.key === "End") this.#move(last);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.#complete(this.#found[this.#at].name);
    else if (event.key === "Enter" && !event.shiftKey) this.#pick(this.#found[this.#at].name);
    else return false;
    event.preventDefault();
    return true;
  }

  #draw() {
    const menu = $("command-menu");
    menu.replaceChildren(
      ...this.#found.map((entry, index) => {
        const option = el(
          "div",
          { class: "command", role: "option", id: `command-${entry.name}`, "aria-selected": "false" },
          el("span", { class: "command-name" }, `/${entry.name}`),
          el("span", { class: "command-about" }, entry.description),
        );
        option.addEventListener("pointermove", () => this.#move(index, false));
        option.addEventListener("pointerdown", (event) => event.preventDefault()); // the text field keeps the focus
        option.addEventListener("click", () => this.#pick(entry.name));
        return option;
      }),
      el("p", { class: "command-help", role: "presentation" }, word("command_help")),
    );
    menu.hidden = false;
    $("write").setAttribute("aria-expanded", "true");
    this.#move(0);
  }

  #move(index, scroll = true) {
    this.#at = index;
    const options = [...$("command-menu").querySelectorAll(".command")];
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === index)));
    if (scroll) options[index]?.scrollIntoView({ block: "nearest" });
    $("write").setAttribute("aria-activedescendant", options[index]?.id ?? "");
  }
}
