// What the page knows: people, chats and their lines, who is played, what is waiting. Views listen to "change".

import { browserZone, isZone } from "./when.js";

export const TEAM = "team";
const KEPT = "toehold.place";

class State extends EventTarget {
  people = [];
  chats = new Map(); // chat id -> {lines: Map(line id -> line), unread, touched: newest shown or edited line of ours}
  chat = "";
  player = ""; // who speaks in the team room
  zones = {}; // persona -> zone, as far as the server knows
  pending = new Map(); // request -> {chat, persona, text, failed}
  start = { menu: [], machine: false, text_max: 20000 };

  load(snapshot) {
    this.people = snapshot.people;
    this.zones = snapshot.zones;
    const before = this.chats;
    this.chats = new Map();
    for (const [chat, lines] of Object.entries(snapshot.chats)) {
      const last = lines.findLast((line) => line.author === "bot");
      const seen = before.get(chat);
      const newest = seen ? Math.max(0, ...seen.lines.keys()) : Infinity;
      const fresh = lines.filter((line) => line.author === "bot" && line.id > newest).length;
      this.chats.set(chat, {
        lines: new Map(lines.map((line) => [line.id, line])),
        unread: chat === this.chat ? 0 : (seen?.unread ?? 0) + fresh,
        touched: last?.id ?? null,
      });
    }
    this.#place();
  }

  setPeople(people) {
    this.people = people;
    for (const person of people) this.#chat(person.chat);
    this.changed("people");
  }

  put(chat, line) {
    const { lines } = this.#chat(chat);
    const isNew = !lines.has(line.id);
    lines.set(line.id, line);
    const alive = line.card?.ask || line.card?.rows.length; // an edit into history is not news
    if (line.author === "bot" && (isNew || alive)) this.#chat(chat).touched = line.id;
    if (isNew && line.author === "bot" && (chat !== this.chat || document.hidden)) this.#chat(chat).unread += 1;
    this.changed("line", { chat, line, isNew });
  }

  open(chat) {
    this.chat = chat;
    this.#chat(chat).unread = 0;
    this.#keep();
    this.changed("chat");
  }

  read() {
    this.#chat(this.chat).unread = 0;
    this.changed("people");
  }

  play(persona) {
    this.player = persona;
    this.#keep();
    this.changed("player");
  }

  // Who speaks in the open chat.
  get persona() {
    return this.people.find((person) => person.chat === this.chat)?.id ?? this.player;
  }

  get person() {
    return this.people.find((person) => person.id === this.persona);
  }

  get team() {
    return this.chat === TEAM;
  }

  // The zone of whoever speaks: as the bot knows it, else this browser's.
  get zone() {
    const zone = this.zones[this.persona];
    return isZone(zone) ? zone : browserZone();
  }

  lines(chat = this.chat) {
    return [...(this.chats.get(chat)?.lines.values() ?? [])].sort((one, other) => one.id - other.id);
  }

  // Whether the chat already shows what was sent under that request.
  echoed(request, chat) {
    return this.lines(chat).some((line) => line.request === request);
  }

  // The question that the newest card of the open chat asks, if it asks one.
  get ask() {
    return this.asking?.card.ask ?? null;
  }

  // The newest card of the open chat, if it waits for something typed.
  get asking() {
    const chat = this.chats.get(this.chat);
    const line = chat?.lines.get(chat.touched);
    return line?.card?.ask ? line : null;
  }

  changed(what, detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail: { what, ...detail } }));
  }

  #chat(chat) {
    if (!this.chats.has(chat)) this.chats.set(chat, { lines: new Map(), unread: 0, touched: null });
    return this.chats.get(chat);
  }

  // Where the person was before a reload, as far as it still exists.
  #place() {
    let kept = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    } catch {
      kept = {};
    }
    const known = (persona) => this.people.some((person) => person.id === persona);
    if (!this.chats.has(this.chat)) this.chat = this.chats.has(kept.chat) ? kept.chat : this.people[0].chat;
    if (!known(this.player)) this.player = known(kept.player) ? kept.player : this.people[0].id;
    this.changed("all");
  }

  #keep() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ chat: this.chat, player: this.player }));
    } catch {
      // No storage: a reload begins in the first chat.
    }
  }
}

export const state = new State();
