// The time machine: what time it is for the bot, trips ahead, and the zone of whoever is played.

import { $, el } from "./dom.js";
import { state } from "./state.js";
import { alertBox, toast } from "./toasts.js";
import { word } from "./words.js";
import { browserZone, clock, isZone, longDay, now, shortDay } from "./when.js";

export class Machine {
  #busy = false;

  // `travel(to)` and `zone(name)` send; `showSide()` opens the list on a phone, where this panel is in it.
  constructor(travel, zone, showSide) {
    $("machine").hidden = false;
    $("clock-chip").hidden = false;
    $("clock-chip").addEventListener("click", () => {
      showSide();
      $("machine").scrollIntoView({ block: "nearest" });
    });
    for (const button of $("machine").querySelectorAll("[data-to]")) {
      button.addEventListener("click", () => this.#busy || travel(button.dataset.to));
    }
    const zones = Intl.supportedValuesOf?.("timeZone") ?? [];
    $("zones").append(...[...new Set(["UTC", ...zones])].map((name) => el("option", { value: name })));
    $("zone").addEventListener("focus", () => $("zone").select());
    $("zone").addEventListener("input", () => ($("zone-change").hidden = this.#typed() === this.#zone));
    $("zone").addEventListener("blur", () => isZone(this.#typed()) || this.show());
    $("machine-zone").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!isZone(this.#typed())) return alertBox(word("no_zone"));
      $("zone-change").hidden = true;
      return zone(this.#typed());
    });
  }

  tick() {
    const [time, zone] = [now(), state.zone];
    this.#write("machine-time", clock(time, zone), time);
    this.#write("chip-time", `${shortDay(time, zone)} ${clock(time, zone)}`, time);
    this.#write("machine-day", longDay(time, zone));
  }

  show() {
    if (document.activeElement !== $("zone")) {
      $("zone").value = this.#zone;
      $("zone-change").hidden = true;
    }
    this.tick();
  }

  get #zone() {
    return state.zones[state.persona] ?? browserZone();
  }

  #typed() {
    return $("zone").value.trim().replaceAll(" ", "_");
  }

  travelling(event) {
    this.#set(event.state === "under-way");
    if (event.state === "under-way") return;
    const there = word("arrived", { time: clock(now(), state.zone), day: longDay(now(), state.zone) });
    const text = event.state === "arrived" ? there : word(`travel.${event.state}`);
    $("machine-state").textContent = text;
    if (getComputedStyle($("side-open")).display !== "none") toast(text);
  }

  refused() {
    this.#set(false);
  }

  set(busy) {
    this.#set(busy);
  }

  #set(busy) {
    this.#busy = busy;
    $("machine").setAttribute("aria-busy", String(busy));
    $("machine-progress").hidden = !busy;
    $("clock-chip").classList.toggle("busy", busy);
    for (const button of $("machine").querySelectorAll("[data-to]")) button.setAttribute("aria-disabled", String(busy));
    if (busy) $("machine-state").textContent = word("travelling");
  }

  #write(id, text, time) {
    if ($(id).textContent === text) return;
    $(id).textContent = text;
    if (time) $(id).setAttribute("datetime", time.toISOString());
  }
}
