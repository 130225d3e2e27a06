(function(){
"use strict";
var button=document.getElementById("mo-het");
if(button){
  button.hidden=false;
  button.addEventListener("click",function(){
    var open=button.getAttribute("aria-pressed")!=="true";
    document.querySelectorAll("details").forEach(function(d){d.open=open;});
    button.setAttribute("aria-pressed",String(open));
  });
}
})();
