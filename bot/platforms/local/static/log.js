// The open chat: its lines in order, changed in place without moving what is being read.

import { drawLine, drawSaid } from "./cards.js";
import { $, el } from "./dom.js";
import { state } from "./state.js";
import { word } from "./words.js";
import { longDay } from "./when.js";

const NEAR_END = 90; // px: whoever is this close to the end wants to stay there
const MARGIN = 12; // px above a card that is taller than the view
const TOGETHER = 5 * 60 * 1000; // ms: lines of one author that stand together

export class Log {
  #acts;
  #shown = new Map(); // line id -> {json, element}
  #chat = null;
  #zone = null;
  #persona = null;
  #follows = true; // whoever has not scrolled away is taken along to what is new
  #target = 0;

  constructor(acts) {
    this.#acts = acts;
    $("newer").addEventListener("click", () => this.toEnd());
    $("scroll").addEventListener("scroll", () => this.#scrolled(), { passive: true });
    addEventListener("resize", () => this.#follows && this.toEnd());
  }

  // Everything anew when another chat, zone or player is shown; otherwise only what is different.
  show() {
    const same = this.#chat === state.chat && this.#zone === state.zone && this.#persona === state.persona;
    const log = $("log");
    if (!same) {
      [this.#chat, this.#zone, this.#persona] = [state.chat, state.zone, state.persona];
      this.#shown.clear();
      log.setAttribute("aria-live", "off"); // history is not news
      log.replaceChildren();
    }
    const lines = state.lines();
    for (const line of lines) this.#put(line);
    this.#seams();
    this.#empty(lines.length === 0);
    this.showPending();
    if (!same) {
      this.toEnd();
      requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    }
  }

  put(line, isNew) {
    const mine = line.author === state.persona;
    const last = line.id === Math.max(line.id, ...this.#shown.keys());
    const before = Math.max(...this.#shown.keys());
    this.#put(line);
    if (isNew) {
      if (last) this.#seam(state.chats.get(state.chat).lines.get(before) ?? null, line);
      else this.#seams();
      this.#empty(false);
    }
    this.showPending();
    // A change of an older card leaves everything where it is: it was pressed there, or is not looked at.
    if ((this.#follows && last) || (isNew && mine)) this.toEnd();
    else if (isNew) $("newer").hidden = false;
  }

  showPending() {
    const waiting = [...state.pending].filter(
      ([request, each]) => each.chat === state.chat && (each.failed || !state.echoed(request, each.chat)),
    );
    $("pending").replaceChildren(
      ...waiting.map(([request, { text, persona, failed }]) => {
        if (failed) return this.#failure(request, failed);
        const name = state.people.find((person) => person.id === persona)?.name ?? "";
        const line = drawSaid({ name, text, author: persona }, true);
        line.classList.add("sending");
        line.append(el("p", { class: "at" }, word("sending")));
        return line;
      }),
    );
    if (waiting.length && this.#follows) this.toEnd();
  }

  // Not kept by the server: what was typed stays, and can go out again.
  #failure(request, failed) {
    const { chat, persona, text } = state.pending.get(request);
    const button = (label, act) =>
      el("button", { class: "button plain small", type: "button", on: { click: () => act(request) } }, label);
    const person = state.people.find((each) => each.id === persona);
    const line = state.echoed(request, chat)
      ? el("div", { class: "line said mine" })
      : drawSaid({ name: person?.name ?? "", text, author: persona }, true);
    line.classList.add("failed");
    line.append(
      el(
        "div",
        { class: "failure", role: "alert" },
        el("p", {}, failed),
        button(word("again"), this.#acts.again),
        button(word("drop"), this.#acts.drop),
      ),
    );
    return line;
  }

  // The end of the chat; but of a card that is taller than the view its beginning.
  toEnd() {
    const scroll = $("scroll");
    scroll.scrollTop = scroll.scrollHeight;
    const last = $("pending").childElementCount ? null : $("log").lastElementChild;
    const hidden = last ? last.getBoundingClientRect().top - scroll.getBoundingClientRect().top - MARGIN : 0;
    if (hidden < 0) scroll.scrollTop += hidden;
    $("newer").hidden = true;
    this.#follows = true;
    this.#target = scroll.scrollTop;
  }

  #scrolled() {
    const { scrollTop } = $("scroll");
    this.#follows = this.#atEnd() || Math.abs(scrollTop - this.#target) < 4;
    if (this.#follows) $("newer").hidden = true;
  }

  element(id) {
    return this.#shown.get(id)?.element;
  }

  #atEnd() {
    const scroll = $("scroll");
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END;
  }

  #put(line) {
    const json = JSON.stringify(line);
    const before = this.#shown.get(line.id);
    if (before?.json === json) return;
    const element = drawLine(line, this.#acts);
    this.#shown.set(line.id, { json, element });
    if (before) {
      this.#replace(before.element, element, line);
    } else {
      const later = [...this.#shown.keys()].filter((id) => id > line.id);
      const next = later.length ? this.#shown.get(Math.min(...later)).element : null;
      $("log").insertBefore(element, next);
    }
  }

  // In place: what is above the eye does not move, and the keyboard stays where it was.
  #replace(old, element, line) {
    const scroll = $("scroll");
    const above = old.getBoundingClientRect().bottom <= scroll.getBoundingClientRect().top;
    const height = old.offsetHeight;
    const focused = old.contains(document.activeElement) ? focusOf(old) : null;
    element.className = `${element.className} ${["follows", "precedes"].filter((name) => old.classList.contains(name)).join(" ")}`;
    element.setAttribute("aria-live", "off"); // the change is announced in one sentence below, not read out whole
    element.classList.add("changed");
    old.replaceWith(element);
    if (above) scroll.scrollTop += element.offsetHeight - height;
    if (focused) refocus(element, focused);
    if (line.card?.rows.length || focused) {
      const lead = line.card?.blocks.find((block) => block.type === "lead" || block.type === "text");
      $("status").textContent = [line.card?.title, lead?.text].filter(Boolean).join(". ");
    }
  }

  // Days between the lines, and which lines stand together.
  #seams() {
    for (const seam of $("log").querySelectorAll(".seam")) seam.remove();
    let before = null;
    for (const line of state.lines()) {
      this.#seam(before, line);
      before = line;
    }
  }

  #seam(before, line) {
    const { element } = this.#shown.get(line.id);
    const [at, then] = [new Date(line.at), before && new Date(before.at)];
    const today = longDay(at, state.zone);
    const sameDay = before !== null && longDay(then, state.zone) === today;
    if (!sameDay) element.before(el("p", { class: "seam" }, el("span", {}, today)));
    const follows = sameDay && before.author === line.author && at - then < TOGETHER;
    element.classList.toggle("follows", follows);
    element.classList.remove("precedes");
    if (before) this.#shown.get(before.id).element.classList.toggle("precedes", follows);
  }

  #empty(empty) {
    $("log").querySelector(".welcome")?.remove();
    if (!empty) return;
    const kind = state.team ? "team" : "private";
    const begin = el("button", { class: "button primary large", type: "button" }, word("begin"));
    begin.addEventListener("click", () => this.#acts.say("/start"));
    $("log").append(
      el(
        "div",
        { class: "welcome" },
        el("img", { src: "/static/icon.svg", alt: "", width: 88, height: 88 }),
        el("h2", {}, word(`welcome.${kind}.title`)),
        el("p", {}, word(`welcome.${kind}.text`)),
        state.team ? null : begin,
      ),
    );
  }
}

function focusOf(article) {
  const controls = [...article.querySelectorAll(".rows .button")];
  const index = controls.indexOf(document.activeElement);
  return { index, label: document.activeElement.textContent };
}

function refocus(article, { index, label }) {
  const controls = [...article.querySelectorAll(".rows .button")];
  const next =
    controls.find((each) => each.textContent === label) ??
    controls.find((each) => each.classList.contains("primary")) ??
    controls[Math.min(index, controls.length - 1)] ??
    article;
  next.focus({ preventScroll: true });
}
