(function(){
"use strict";
var data=JSON.parse(document.getElementById("du-lieu").textContent);
var rows=data.rows,columns=data.columns,byId=function(id){return document.getElementById(id);};
var NAME=0,PAGE=1,KIND=2,DISTRICT=3,STATUS=4,GRADE=8,MOST=4;
var collator=new Intl.Collator("vi",{numeric:true});
function fold(text){return text.normalize("NFD").replace(/[\u0300-\u036f]/g,"").replace(/[đĐ]/g,"d").toLowerCase();}
var haystacks=rows.map(function(r){return fold(r[NAME]+" "+r[r.length-1]+" "+data.districts[r[DISTRICT]]);});
function figure(value){
  if(value===null){return "–";}
  return String(Math.round(value*10)/10).replace(".",",");
}
function verdictsOf(row){return row[row.length-2];}
function text(row,column){
  var value=row[column.at];
  if(column.list){return data[column.list][value];}
  if(column.signed){return value===null?"–":(value>0?"+":"")+figure(value).replace("-","−");}
  if(column.share){return value===null?"–":Math.round(value*100)+" %";}
  return typeof value==="string"?value:figure(value);
}
var head=document.querySelector("#bang thead tr"),body=document.querySelector("#bang tbody");
var sorting={at:-1,down:false},shown=[],page=0;
columns.forEach(function(column,i){
  var th=document.createElement("th"),button=document.createElement("button");
  th.setAttribute("data-label",column.title);th.scope="col";
  th.className=i===0?"":column.list?"word":column.range?"span":column.full?"axis":"sum";th.setAttribute("role","columnheader");
  button.type="button";button.textContent=column.title;
  if(column.full){button.title=column.full;}
  button.addEventListener("click",function(){
    var down=sorting.at===i?!sorting.down:!!column.number;
    sort(i,down);
  });
  th.appendChild(button);head.appendChild(th);
});
function options(select,names,all){
  select.appendChild(new Option(all,""));
  names.map(function(name,i){return [name,i];}).sort(function(a,b){return select.id==="loc-dia-ban"?collator.compare(a[0],b[0]):a[1]-b[1];})
    .forEach(function(pair){select.appendChild(new Option(pair[0],String(pair[1])));});
}
options(byId("loc-loai"),data.kinds,"Tất cả");
options(byId("loc-dia-ban"),data.districts,"Tất cả");
options(byId("loc-tinh-trang"),data.statuses,"Tất cả");
options(byId("loc-xep-loai"),data.grades,"Tất cả");
options(byId("loc-muc"),data.items.map(function(item){return item[0]+" "+item[1];}),"Mọi tiêu chí");
options(byId("loc-ket-luan"),data.verdicts.map(function(verdict){return verdict[1];}),"Mọi kết luận");
byId("sap-xep").appendChild(new Option("Thứ tự trong danh sách",""));
columns.forEach(function(column,i){
  var name=column.title+(column.full?". "+column.full:""),ends=column.number?[" (thấp trước)"," (cao trước)"]:
    column.ranked?[" (cao trước)"," (thấp trước)"]:[" (A–Z)"," (Z–A)"];
  byId("sap-xep").appendChild(new Option(name+ends[0],i+"+"));
  byId("sap-xep").appendChild(new Option(name+ends[1],i+"-"));
});
function unitLink(row){
  var bdi=document.createElement("bdi");
  bdi.textContent=row[NAME];
  if(!row[PAGE]){return bdi;}
  var a=document.createElement("a");
  a.href="units/"+encodeURIComponent(row[PAGE]);
  a.appendChild(bdi);
  return a;
}
var chosen=[];
function picker(row){
  var box=document.createElement("input");
  box.type="checkbox";
  box.checked=chosen.indexOf(row)>=0;
  box.setAttribute("aria-label","So sánh: "+row[NAME]);
  box.addEventListener("change",function(){
    if(box.checked&&chosen.length>=MOST){box.checked=false;choose("Chỉ so sánh được tối đa "+MOST+" đơn vị cùng lúc.");return;}
    if(box.checked){chosen.push(row);}else{chosen=chosen.filter(function(one){return one!==row;});}
    choose("");
  });
  return box;
}
function choose(told){
  byId("da-chon").textContent=told||(chosen.length?"Đã chọn "+chosen.length+" đơn vị.":"Đánh dấu từ 2 đến "+MOST+" đơn vị để so sánh.");
  byId("xem-so-sanh").disabled=chosen.length<2;
  if(!byId("so-sanh").hidden){if(chosen.length<2){byId("so-sanh").hidden=true;}else{compare();}}
}
function line(body,name,cells,differ){
  if(byId("chi-khac").checked&&!differ){return;}
  var tr=document.createElement("tr"),th=document.createElement("th");
  th.scope="row";th.textContent=name;tr.appendChild(th);
  tr.setAttribute("role","row");th.setAttribute("role","rowheader");
  cells.forEach(function(made,i){
    var td=document.createElement("td");
    td.setAttribute("role","cell");td.setAttribute("data-label",i+1);
    if(typeof made==="string"){td.appendChild(document.createElement("bdi")).textContent=made;}else{td.appendChild(made);}
    tr.appendChild(td);
  });
  body.appendChild(tr);
}
function different(values){return values.some(function(value){return value!==values[0];});}
function chip(digit){
  var verdict=data.verdicts[digit],span=document.createElement("span"),mark=document.createElement("span");
  if(!verdict){span.textContent="–";return span;}
  span.className="chip "+verdict[0];
  mark.setAttribute("aria-hidden","true");mark.textContent=verdict[2]+" ";
  span.appendChild(mark);span.appendChild(document.createTextNode(verdict[1]));
  return span;
}
function compare(){
  var table=byId("bang-so-sanh"),made=document.createElement("tbody"),top=document.createElement("tr");
  made.setAttribute("role","rowgroup");top.setAttribute("role","row");
  ["Nội dung"].concat(chosen).forEach(function(one,i){
    var th=document.createElement("th");
    th.scope="col";th.setAttribute("role","columnheader");
    if(i){th.setAttribute("data-label",i);}
    if(typeof one==="string"){th.textContent=one;}else{th.appendChild(unitLink(one));}
    top.appendChild(th);
  });
  table.tHead.replaceChildren(top);
  columns.slice(1).forEach(function(column){
    var values=chosen.map(function(row){
      return text(row,column)+(column.range&&row[column.at]!==null?" ("+figure(row[column.at+1])+"–"+figure(row[column.at+2])+")":"");
    });
    line(made,column.title+(column.full?". "+column.full:""),values,different(values));
  });
  data.items.forEach(function(item,i){
    var digits=chosen.map(function(row){return verdictsOf(row).charAt(i);});
    line(made,item[0]+" "+item[1],digits.map(chip),different(digits));
  });
  table.replaceChild(made,table.tBodies[0]);
}
function cell(row,column,first){
  var td=document.createElement(first?"th":"td"),value=text(row,column);
  td.setAttribute("role",first?"rowheader":"cell");
  if(first){
    td.scope="row";
    td.appendChild(picker(row));
    td.appendChild(unitLink(row));
    return td;
  }
  if(column.number){td.className="n";}
  td.setAttribute("data-label",column.title);
  if(column.list==="districts"){td.appendChild(document.createElement("bdi")).textContent=value;}else{td.textContent=value;}
  if(column.range&&row[column.at]!==null&&row[column.at+1]!==row[column.at+2]){td.appendChild(under(figure(row[column.at+1])+"–"+figure(row[column.at+2])));}
  if(column.place&&row[column.place]!==null){td.appendChild(under("hạng "+row[column.place]));}
  return td;
}
function under(value){
  var span=document.createElement("span");
  span.className="range";
  span.textContent=value;
  return span;
}
// Laying out a row costs far more than finding it: what fills the screen is drawn at once, the rest frame by frame.
var AT_ONCE=16,PER_FRAME=30,drawing=0;
function draw(from,to,atOnce){
  drawing++;
  body.replaceChildren();
  body.setAttribute("aria-busy","true");
  extend(from,to,atOnce,drawing);
}
function extend(from,to,most,turn){
  if(turn!==drawing){return;}
  var fragment=document.createDocumentFragment(),end=Math.min(from+most,to);
  for(var i=from;i<end;i++){
    var row=rows[shown[i]],tr=document.createElement("tr");
    tr.setAttribute("role","row");
    for(var c=0;c<columns.length;c++){tr.appendChild(cell(row,columns[c],c===0));}
    fragment.appendChild(tr);
  }
  body.appendChild(fragment);
  if(end<to){requestAnimationFrame(function(){setTimeout(extend,0,end,to,PER_FRAME,turn);});}
  else{body.removeAttribute("aria-busy");}
}
function show(){
  var size=Number(byId("moi-trang").value),pages=Math.max(1,Math.ceil(shown.length/size));
  page=Math.min(Math.max(page,0),pages-1);
  draw(page*size,Math.min(shown.length,(page+1)*size),AT_ONCE);
  byId("dem").textContent="Có "+shown.length+" trong "+rows.length+" đơn vị.";
  byId("trang").textContent="Trang "+(page+1)+"/"+pages;
  byId("truoc").disabled=page===0;
  byId("sau").disabled=page>=pages-1;
}
function turn(by){
  page+=by;
  show();
  byId("dem").scrollIntoView();
}
var order=rows.map(function(_,i){return i;});
function filter(){
  var terms=fold(byId("tim").value).split(/\s+/).filter(Boolean);
  var wanted=[[KIND,"loc-loai"],[DISTRICT,"loc-dia-ban"],[STATUS,"loc-tinh-trang"],[GRADE,"loc-xep-loai"]]
    .filter(function(pair){return byId(pair[1]).value!=="";})
    .map(function(pair){return [pair[0],Number(byId(pair[1]).value)];});
  var item=byId("loc-muc").value,verdict=byId("loc-ket-luan").value;
  shown=order.filter(function(i){
    var told=verdictsOf(rows[i]);
    return (verdict===""||(item===""?told.indexOf(verdict)>=0:told.charAt(Number(item))===verdict))&&wanted.every(function(pair){return rows[i][pair[0]]===pair[1];})&&
      terms.every(function(term){return haystacks[i].indexOf(term)>=0;});
  });
  page=0;
  show();
}
function sort(at,down){
  sorting={at:at,down:down};
  order=rows.map(function(_,i){return i;});
  if(at>=0){
    var column=columns[at],sign=down?-1:1;
    var keys=rows.map(function(row){return column.number||column.ranked?row[column.at]:text(row,column);});
    order.sort(function(a,b){
      var x=keys[a],y=keys[b];
      if(x===null||y===null){return x===y?a-b:(x===null?1:-1);}
      var by=typeof x==="string"?collator.compare(x,y):x-y;
      return sign*by||a-b;
    });
  }
  Array.prototype.forEach.call(head.children,function(th,i){
    if(i===at){th.setAttribute("aria-sort",down?"descending":"ascending");}else{th.removeAttribute("aria-sort");}
  });
  byId("sap-xep").value=at<0?"":at+(down?"-":"+");
  filter();
}
byId("tim").addEventListener("input",filter);
var filters=["loc-loai","loc-dia-ban","loc-tinh-trang","loc-xep-loai","loc-muc","loc-ket-luan"];
filters.forEach(function(id){byId(id).addEventListener("change",filter);});
byId("bo-loc").addEventListener("click",function(){
  byId("tim").value="";
  filters.forEach(function(id){byId(id).value="";});
  filter();
});
byId("xem-so-sanh").addEventListener("click",function(){
  byId("so-sanh").hidden=false;
  compare();
  byId("so-sanh-ten").focus();
});
byId("dong-so-sanh").addEventListener("click",function(){byId("so-sanh").hidden=true;byId("xem-so-sanh").focus();});
byId("chi-khac").addEventListener("change",compare);
byId("moi-trang").addEventListener("change",function(){page=0;show();});
byId("sap-xep").addEventListener("change",function(){
  var value=this.value;
  if(value===""){sort(-1,false);}else{sort(parseInt(value,10),value.slice(-1)==="-");}
});
byId("truoc").addEventListener("click",function(){turn(-1);});
byId("sau").addEventListener("click",function(){turn(1);});
window.addEventListener("beforeprint",function(){draw(0,shown.length,shown.length);});
window.addEventListener("afterprint",show);
byId("ung-dung").hidden=false;
sort(-1,false);
})();
