// Builds elements. Text only ever becomes a text node, so nothing that a person typed can become markup.

export const $ = (id) => document.getElementById(id);

// el("p", {class: "fine"}, "text", child): attributes are set as attributes; `on` holds listeners.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const icon = (name) => el("span", { class: `icon icon-${name}`, "aria-hidden": "true" });

// The letter in somebody's circle, and which of the colours it has.
export const initial = (name) => [...name.trim()][0]?.toLocaleUpperCase() ?? "?";

export const hue = (index) => `hue-${((index % 6) + 6) % 6}`;
