(function(){
"use strict";
var place=document.getElementById("tien-do");
if(!place||!window.fetch){return;}
function ask(){
  fetch(place.dataset.from,{cache:"no-store"}).then(function(answer){
    if(!answer.ok){throw new Error(String(answer.status));}
    return answer.json();
  }).then(function(told){
    if(!told.active){location.reload();return;}
    if(place.textContent!==told.line){place.textContent=told.line;}
    setTimeout(ask,1000);
  }).catch(function(){
    place.textContent="Không liên lạc được với chương trình. Hãy kiểm tra xem chương trình còn chạy không.";
    setTimeout(ask,3000);
  });
}
setTimeout(ask,1000);
})();
