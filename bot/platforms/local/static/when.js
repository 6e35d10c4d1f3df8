// People's time as the server tells it (the time machine moves it), and how it is written.

let offset = 0;

export function setNow(iso) {
  offset = new Date(iso).getTime() - Date.now();
}

export const now = () => new Date(Date.now() + offset);

export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export function isZone(zone) {
  try {
    return Boolean(zone) && Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

const made = new Map();

// The page's language, in the form that this browser prefers: "25 November" or "November 25".
function locale() {
  const page = document.documentElement.lang || "en";
  return navigator.languages?.find((each) => each === page || each.startsWith(`${page}-`)) ?? page;
}

function written(date, zone, options) {
  const key = zone + JSON.stringify(options);
  if (!made.has(key)) {
    made.set(key, new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options }));
  }
  return made.get(key).format(date);
}

export const clock = (date, zone) => written(date, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const shortDay = (date, zone) => written(date, zone, { weekday: "short" });

export const longDay = (date, zone) => written(date, zone, { weekday: "long", day: "numeric", month: "long" });

// What is left, as "0:18", "12:05" or "1:02:05"; null when it is over.
export function left(until) {
  const seconds = Math.ceil((until - now()) / 1000);
  if (seconds <= 0) return null;
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
