// Puts the page together: what the server tells goes into the state, what the person does goes to the server.

import { unlock } from "./access.js";
import { tickAll } from "./blocks.js";
import { Composer } from "./composer.js";
import { $ } from "./dom.js";
import { Log } from "./log.js";
import { Machine } from "./machine.js";
import { Side } from "./side.js";
import { state } from "./state.js";
import { alertBox, toast } from "./toasts.js";
import { Waits } from "./waits.js";
import { Wire } from "./wire.js";
import { learn, word } from "./words.js";
import { browserZone, setNow } from "./when.js";

const wire = new Wire();
const waits = new Waits();
const log = new Log({
  say,
  press,
  openPrivate,
  again: (request) => {
    const each = state.pending.get(request);
    state.pending.set(request, { ...each, failed: null });
    sendText(each, request);
    log.showPending();
  },
  drop: (request) => {
    state.pending.delete(request);
    log.showPending();
  },
});
const composer = new Composer(say);
const newcomers = new Set(); // requests that add somebody
const side = new Side((name) => newcomers.add(wire.send({ type: "person", name })));
let machine = null;

function openPrivate(payload) {
  const person = state.person;
  if (person.chat !== state.chat) state.open(person.chat);
  say(`/start ${payload}`);
}

function say(text, chat = state.chat) {
  const each = { chat, persona: state.persona, text, failed: null };
  const request = sendText(each);
  state.pending.set(request, each);
  if (wire.live) waits.typed(chat);
  log.showPending();
  log.toEnd();
}

function sendText({ chat, persona, text }, request) {
  return wire.send({ type: "say", chat, persona, text, zone: browserZone() }, request ? { request } : {});
}

function press(line, control, button) {
  if (waits.busy(line.id)) return;
  const request = wire.send({
    type: "press",
    chat: state.chat,
    persona: state.persona,
    message: line.id,
    data: control.data,
    zone: browserZone(),
  });
  waits.pressed(request, line.id, button, () => toast(word("slow")));
}

function travel(to) {
  machine.set(true);
  wire.send({ type: "travel", persona: state.persona, to }, { keep: false });
}

function moveTo(zone) {
  const { chat } = state.person;
  if (chat !== state.chat) state.open(chat);
  side.close();
  say(`/settings zone ${zone}`);
}

const heard = {
  snapshot(event) {
    $("banner").hidden = true;
    waits.clear();
    for (const [request, each] of state.pending) if (!each.failed) state.pending.delete(request);
    for (const { type, request, ...each } of wire.waiting) {
      if (type === "say") state.pending.set(request, { ...each, failed: null });
    }
    state.load(event);
    $("frame").classList.add("begun");
    machine?.set(event.travelling);
  },
  line({ chat, line }) {
    if (line.author === "bot") waits.spoken(chat, line.id);
    state.put(chat, line);
  },
  people({ people }) {
    state.setPeople(people);
  },
  zones({ zones }) {
    state.zones = zones;
    state.changed("zones");
  },
  ack({ request, persona }) {
    if (state.pending.delete(request)) log.showPending();
    if (newcomers.delete(request)) side.added(persona);
  },
  refused({ request, text, again }) {
    const each = state.pending.get(request);
    machine?.refused();
    waits.answered(request);
    newcomers.delete(request);
    if (each) {
      waits.spoken(each.chat);
      if (again) state.pending.set(request, { ...each, failed: text });
      else state.pending.delete(request);
      log.showPending();
    }
    if (!(each && again)) toast(text || word("away"));
  },
  answered({ chat, persona, request, notice, opens, alert }) {
    const ours = request ? waits.answered(request) : chat === state.chat && persona === state.persona;
    waits.spoken(chat);
    if (ours && opens && persona === state.persona) openPrivate(opens);
    else if (ours && notice) (alert ? alertBox : toast)(notice);
  },
  travel(event) {
    machine?.travelling(event);
    if (event.state !== "under-way") side.close();
  },
};

wire.addEventListener("start", ({ detail }) => {
  learn(detail.words);
  state.start = detail;
  if (detail.machine) machine = new Machine(travel, moveTo, () => side.open());
});
wire.addEventListener("event", ({ detail }) => {
  if (detail.now) setNow(detail.now);
  heard[detail.type]?.(detail);
  tick();
});
wire.addEventListener("away", () => {
  $("banner").textContent = word("away");
  $("banner").hidden = !$("frame").classList.contains("begun");
  machine?.set(false);
  waits.quiet();
});
wire.addEventListener("locked", () => unlock(() => wire.open()));

state.addEventListener("change", ({ detail }) => {
  if (detail.what === "line" && detail.chat === state.chat) log.put(detail.line, detail.isNew);
  else if (detail.what !== "line" && detail.what !== "people") log.show();
  if (detail.what === "chat") waits.show();
  if (detail.what === "line") soon(() => side.show());
  else side.show();
  composer.follow(detail.what === "line" && detail.chat === state.chat && detail.line.author === "bot");
  machine?.show();
});
document.addEventListener("visibilitychange", () => !document.hidden && state.chats.has(state.chat) && state.read());

// Many lines may come at once (a trip of a month): the list beside them is drawn once.
let drawing = 0;

function soon(draw) {
  drawing ||= setTimeout(() => {
    drawing = 0;
    draw();
  }, 30);
}

function tick() {
  tickAll();
  machine?.tick();
}

setInterval(tick, 250);
wire.open();
