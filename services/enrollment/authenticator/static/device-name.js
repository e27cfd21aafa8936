// What the account's list of methods calls this device: browser and system, as far as the browser tells.

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
  const [browser] = BROWSERS.find(([, pattern]) => pattern.test(agent)) ?? ["Browser"];
  const [system] = SYSTEMS.find(([, pattern]) => pattern.test(agent)) ?? [];
  return system ? `${browser} on ${system}` : browser;
}
