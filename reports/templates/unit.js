(function(){
"use strict";
var all=document.querySelectorAll("details"),was=[];
function set(open){all.forEach(function(d){d.open=open});}
var button=document.getElementById("mo-het");
if(button){
  button.hidden=false;
  button.addEventListener("click",function(){
    var open=button.getAttribute("aria-pressed")!=="true";
    set(open);
    button.setAttribute("aria-pressed",String(open));
  });
}
window.addEventListener("beforeprint",function(){was=[];all.forEach(function(d){was.push(d.open);d.open=true;});});
window.addEventListener("afterprint",function(){all.forEach(function(d,i){d.open=was[i];});});
})();
