// The colours: those of the system, or those that are chosen.

// theme has the choice take effect, now and when it changes.
export function theme(draw) {
  const choose = document.getElementById("theme");
  const set = (name) => {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    draw();
  };
  choose.value = localStorage.getItem("multiaccount-colours") || "system";
  set(choose.value);
  choose.onchange = () => {
    localStorage.setItem("multiaccount-colours", choose.value);
    set(choose.value);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
