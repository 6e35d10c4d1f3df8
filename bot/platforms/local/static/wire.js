// The connection: begins with /start.json (words, a one-time token), talks over a WebSocket, comes back by itself.
// What was not acknowledged is kept and sent again under the same request id; the server does it exactly once.

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;
const KEPT = "toehold.outbox";
const UNREADABLE = [1003, 1007, 1008, 1009]; // close codes: the server could not take what we sent

export class Wire extends EventTarget {
  #socket = null;
  #wait = FIRST_WAIT;
  #timer = 0;
  #version = null;
  #outbox = new Map();
  #live = false;

  constructor() {
    super();
    try {
      this.#outbox = new Map(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
    } catch {
      this.#outbox = new Map();
    }
    addEventListener("online", () => this.#soon());
    document.addEventListener("visibilitychange", () => document.hidden || this.#soon());
  }

  // What is still on its way, oldest first.
  get waiting() {
    return [...this.#outbox.values()];
  }

  get live() {
    return this.#live;
  }

  async open() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    try {
      const answer = await fetch("/start.json", { cache: "no-store" });
      if (answer.status === 401) return this.#tell("locked");
      if (!answer.ok) throw new Error(`start: ${answer.status}`);
      const start = await answer.json();
      if (this.#version !== null && this.#version !== start.version) return location.reload();
      if (this.#version === null) this.#tell("start", start);
      this.#version = start.version;
      this.#talk(start.token);
    } catch {
      this.#away();
    }
  }

  // `keep`: send it again until the server has it. Returns the request id.
  send(frame, { keep = true, request = newRequest() } = {}) {
    const whole = { ...frame, request };
    if (keep) {
      this.#outbox.set(request, whole);
      this.#save();
    }
    if (this.#live) this.#socket.send(JSON.stringify(whole));
    else if (!keep) this.#tell("event", { type: "refused", request, text: "", again: false });
    return request;
  }

  forget(request) {
    if (this.#outbox.delete(request)) this.#save();
  }

  #talk(token) {
    const socket = new WebSocket(`ws${location.protocol === "https:" ? "s" : ""}://${location.host}/talk`, [
      "toehold.1",
      `token.${token}`,
    ]);
    this.#socket = socket;
    socket.addEventListener("message", (message) => this.#hear(JSON.parse(message.data)));
    socket.addEventListener("close", ({ code }) => {
      if (UNREADABLE.includes(code)) this.forget(this.waiting[0]?.request); // never knock with the same frame for ever
      this.#away();
    });
  }

  #hear(event) {
    if (event.type === "snapshot") {
      this.#wait = FIRST_WAIT;
      this.#live = true;
    }
    if (event.type === "ack" || event.type === "refused") this.forget(event.request);
    this.#tell("event", event);
    if (event.type === "snapshot") for (const frame of this.waiting) this.#socket.send(JSON.stringify(frame));
  }

  #away() {
    this.#live = false;
    this.#tell("away");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #soon() {
    if (this.#timer && !this.#live) this.open();
  }

  #save() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify([...this.#outbox]));
    } catch {
      // Private windows may have no storage: then a reload forgets what was not sent, nothing more.
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function newRequest() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
