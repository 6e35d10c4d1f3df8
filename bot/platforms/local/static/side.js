// The list of chats, who is played, and adding somebody; on a phone the list slides over the chat.

import { $, el, hue, icon, initial } from "./dom.js";
import { TEAM, state } from "./state.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

export class Side {
  constructor(addPerson) {
    $("side-open").addEventListener("click", () => this.open());
    $("side-close").addEventListener("click", () => this.close());
    $("scrim").addEventListener("click", () => this.close());
    $("side").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    $("player").addEventListener("change", (event) => state.play(event.target.value));
    $("player-new").addEventListener("click", () => {
      this.open();
      $("new-name").focus();
    });
    $("new-person").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = $("new-name").value.trim();
      if (name) addPerson(name);
      else $("new-name").focus();
    });
  }

  added(persona) {
    const person = state.people.find((each) => each.id === persona);
    $("new-name").value = "";
    if (!person) return;
    if (state.team) state.play(person.id);
    toast(word("added", { name: person.name }));
  }

  // Only where the list is not beside the chat anyway.
  open() {
    if (getComputedStyle($("side-open")).display === "none") return;
    $("frame").classList.add("side-open");
    $("scrim").hidden = false;
    $("main").inert = true;
    $("side-open").setAttribute("aria-expanded", "true");
    $("side-close").focus();
  }

  close() {
    if (!$("frame").classList.contains("side-open")) return;
    $("frame").classList.remove("side-open");
    $("scrim").hidden = true;
    $("main").inert = false;
    $("side-open").setAttribute("aria-expanded", "false");
    $("side-open").focus();
  }

  show() {
    const focused = document.activeElement?.dataset?.chat;
    const [first, ...others] = state.people;
    $("chats").replaceChildren(
      ...(first ? [this.#entry(first.chat, first.name, word("private"), initial(first.name), 0)] : []),
      this.#entry(TEAM, word("team"), word("team_line", { n: state.people.length }), null, 0),
      ...others.map((each, index) => this.#entry(each.chat, each.name, word("private"), initial(each.name), index + 1)),
    );
    if (focused) [...$("chats").querySelectorAll("button")].find((each) => each.dataset.chat === focused)?.focus();
    $("player").replaceChildren(
      ...state.people.map((each) => el("option", { value: each.id, selected: each.id === state.player }, each.name)),
    );
    $("playing").hidden = !state.team;
    const person = state.people.find((each) => each.chat === state.chat);
    $("chat-name").textContent = state.team ? word("team") : (person?.name ?? "");
    $("chat-line").textContent = state.team ? word("team_line", { n: state.people.length }) : word("private_line");
    const elsewhere = [...state.chats].reduce((sum, [chat, { unread }]) => sum + (chat === state.chat ? 0 : unread), 0);
    $("others-unread").hidden = elsewhere === 0;
    $("others-unread").textContent = String(elsewhere);
    const all = [...state.chats.values()].reduce((sum, { unread }) => sum + unread, 0);
    document.title = all ? `(${all}) ${word("title")}` : word("title");
  }

  #entry(chat, name, about, letter, index) {
    const unread = state.chats.get(chat)?.unread ?? 0;
    const open = () => {
      state.open(chat);
      this.close();
    };
    return el(
      "li",
      {},
      el(
        "button",
        {
          class: "chat",
          type: "button",
          "data-chat": chat,
          "aria-current": chat === state.chat ? "page" : null,
          on: { click: open },
        },
        el("span", { class: `face letter ${letter ? hue(index) : "team"}`, "aria-hidden": "true" }, letter ?? icon("team")),
        el(
          "span",
          { class: "chat-words" },
          el("span", { class: "chat-name", dir: "auto" }, name),
          el("span", { class: "chat-about" }, about),
        ),
        unread ? el("span", { class: "badge" }, String(unread), el("span", { class: "unseen" }, word("unread", { n: unread }))) : null,
      ),
    );
  }
}
