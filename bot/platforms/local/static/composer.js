// The text field: grows with its text, knows what the newest card asks for, keeps a draft for each chat.

import { Commands } from "./commands.js";
import { $, el } from "./dom.js";
import { state } from "./state.js";
import { word } from "./words.js";
import { browserZone } from "./when.js";

export class Composer {
  #say;
  #commands;
  #drafts = new Map();
  #chat = "";
  #asked = null;

  constructor(say) {
    this.#say = say;
    this.#commands = new Commands(
      (name) => this.#send(`/${name}`),
      (name) => this.#write(`/${name} `),
    );
    const write = $("write");
    write.addEventListener("input", () => this.#changed());
    write.addEventListener("blur", () => this.#commands.close());
    write.addEventListener("keydown", (event) => this.#key(event));
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(write.value);
    });
    $("slash").addEventListener("click", () => {
      if (this.#commands.isOpen) return this.#commands.close();
      if (!write.value.startsWith("/")) write.value = "/";
      write.focus();
      return this.#changed();
    });
    $("slash").addEventListener("pointerdown", (event) => event.preventDefault());
  }

  focus() {
    $("write").focus({ preventScroll: true });
  }

  // After a change of the chat or of what is asked. `live`: it happened before the person's eyes, so the field may take the focus.
  follow(live = false) {
    const write = $("write");
    write.maxLength = state.start.text_max;
    if (this.#chat !== state.chat) {
      this.#drafts.set(this.#chat, write.value);
      this.#chat = state.chat;
      this.#asked = null;
      this.#write(this.#drafts.get(state.chat) ?? "");
    }
    const ask = state.ask;
    write.inputMode = ask?.kind === "number" ? "numeric" : "text";
    write.placeholder = ask?.hint ? word("ask_hint", { hint: ask.hint }) : word("write");
    const key = ask ? JSON.stringify([ask, state.chats.get(state.chat).touched]) : null;
    if (key !== this.#asked) {
      this.#asked = key;
      this.#offer(ask);
      // On a touch screen the keyboard would cover the card's buttons: there only when typing is the one way to answer.
      const typed = matchMedia("(pointer: fine)").matches || !state.asking?.card.rows.length;
      if (live && ask && typed) this.focus();
    }
  }

  #offer(ask) {
    const onCard = (zone) => state.asking.card.rows.flat().some((each) => each.data?.endsWith(`.${zone}`));
    const offers = ask?.kind === "place" && !onCard(browserZone()) ? [browserZone()] : [];
    $("offers").hidden = offers.length === 0;
    $("offers").replaceChildren(
      ...offers.map((zone) =>
        el(
          "button",
          { class: "button plain small", type: "button", on: { click: () => this.#send(zone) } },
          word("browser_zone", { zone: zone.replaceAll("_", " ") }),
        ),
      ),
    );
  }

  #key(event) {
    if (this.#commands.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send($("write").value);
    }
  }

  #changed() {
    const write = $("write");
    write.style.setProperty("block-size", "auto");
    write.style.setProperty("block-size", `${write.scrollHeight}px`);
    $("send").classList.toggle("ready", write.value.trim() !== "");
    this.#commands.follow(write.value);
  }

  #write(text) {
    $("write").value = text;
    this.#changed();
  }

  #send(text) {
    if (!state.chat) return; // not connected for the first time yet: what is typed stays
    if (text.trim()) {
      this.#say(text.trim());
      this.#write("");
    }
    this.#commands.close();
    if (matchMedia("(pointer: fine)").matches || document.activeElement === $("send")) this.focus();
  }
}
