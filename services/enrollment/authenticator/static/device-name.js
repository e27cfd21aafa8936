// What the account's list of methods calls this device: browser and system, as far as the browser tells.

import { text } from "./texts.js";

const BROWSERS = [
  ["Edge", /Edg/],
  ["Firefox", /Firefox|FxiOS/],
  ["Samsung Internet", /SamsungBrowser/],
  ["Chrome", /Chrome|CriOS/],
  ["Safari", /Safari/],
];
const SYSTEMS = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Windows", /Windows/],
  ["Mac", /Macintosh/],
  ["ChromeOS", /CrOS/],
  ["Linux", /Linux/],
];

export function deviceName(agent = navigator.userAgent) {
  const [browser] = BROWSERS.find(([, pattern]) => pattern.test(agent)) ?? [text("device.browser")];
  const [system] = SYSTEMS.find(([, pattern]) => pattern.test(agent)) ?? [];
  // Kept by the service as it is: without the marks that a place within Arabic is isolated by.
  return system ? text("device").replace("{browser}", browser).replace("{system}", system) : browser;
}
