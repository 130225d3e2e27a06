// Draws a frame around a place on the page, or takes the last one away.
(box) => {
  document.getElementById("auditor-mark")?.remove();
  if (!box) return;
  const frame = document.createElement("div");
  frame.id = "auditor-mark";
  frame.style.cssText = `all:initial;position:absolute;box-sizing:border-box;pointer-events:none;z-index:2147483647;
    border:4px solid #d4002a;outline:2px solid #fff;left:${box.left - 4}px;top:${box.top - 4}px;
    width:${box.width + 8}px;height:${box.height + 8}px`;
  document.documentElement.append(frame);
}
