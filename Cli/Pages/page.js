// What all pages share: finding and making elements, light and dark.
const byId = id => document.getElementById(id);

function element(name, text, parent) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

const isDark = () => document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

// The button with the id theme, and T, choose the other one; the system's choice holds until then. What draws for itself does so anew.
function bindTheme(redraw = () => {}) {
  const show = () => byId("theme").setAttribute("aria-pressed", isDark());
  const turn = () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    show();
    redraw();
  };
  byId("theme").addEventListener("click", turn);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { show(); redraw(); });
  show();
  return turn;
}
