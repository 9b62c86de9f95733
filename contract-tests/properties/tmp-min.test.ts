import { test } from "vitest";
import { openLife, run } from "./life.js";
import { SecondModel } from "./second-model.js";
const base: any = {"start":"2026-01-01T00:00:00Z","policy":null,"plans":{"basic":{"amount":1,"prorates":false},"pro":{"amount":2,"prorates":true},"seats":{"amount":1,"prorates":false}},"lifeDays":null,"overage":0,"behavior":"forgive_at_reset","rollover":{"percentage":100,"timeframe":null,"max":null},"trial":{"days":7,"credits":null,"endWithTrial":true},"unitsPerCredit":1,"termYears":1,"pack":{"amount":1,"days":null}};
const up = (plan: string) => ({"kind":"change","units":0,"to":{"plan":plan,"quantity":1,"mode":"do_not_bill","onFailure":"apply_change"},"later":false});
const noTrial = {...base, trial: null, rollover: null, overage: "unlimited"};
const hold: any = [{kind:"card",fails:true},{kind:"debit",amount:2},{kind:"advance",days:366}];
const cases: any = {
 closeEarly: [base, [up("pro"), {kind:"close",units:0}]],
 natural: [base, [up("pro"), {kind:"advance",days:7}]],
 delta: [{...base, rollover:null, plans:{...base.plans, basic:{amount:3,prorates:true}, pro:{amount:1,prorates:true}}}, [up("pro"), up("basic"), {kind:"advance",days:8}]],
 delta2: [{...base, rollover:null, plans:{...base.plans, basic:{amount:30,prorates:true}, pro:{amount:10,prorates:true}}}, [up("pro"), up("basic"), {kind:"advance",days:3},{kind:"close",units:0}]],
 holdForgive: [noTrial, hold],
 holdInvoice: [{...noTrial, behavior:"invoice_at_billing"}, hold],
 holdCancelNowForgive: [noTrial, [hold[0],hold[1],{kind:"advance",days:40},{kind:"cancelNow"}]],
 holdCancelNowInvoice: [{...noTrial, behavior:"invoice_at_billing"}, [hold[0],hold[1],{kind:"advance",days:40},{kind:"cancelNow"}]],
 pausePending: [{...noTrial}, [hold[0],{...up("pro"), to:{plan:"pro",quantity:1,mode:"full_immediately",onFailure:"prevent_change"}},{kind:"pause"},{kind:"advance",days:10},{kind:"card",fails:false}]],
};
for (const [name,[t,c]] of Object.entries<any>(cases)) test(name, async () => {
  const s = await openLife(t); const m = new SecondModel(t);
  for (const it of c) { const a = await run(m,it); const b = await run(s,it); if (a!==b) console.log(name,"accept differs",it,a,b); }
  const v = await s.visible();
  console.log(name, m.unsettled, JSON.stringify({ENGINE:v},null,1), "MODEL", JSON.stringify({lines:m.lines,holdings:m.holdings,payments:m.payments.filter(x=>x.amount>0).map(x=>x.amount+" "+x.status+" "+new Date(x.at).toISOString()),status:m.status,next:new Date(m.next).toISOString()},null,1));
});
