BEGIN TRANSACTION;
CREATE TABLE calls (
	place INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	started VARCHAR(32) NOT NULL, 
	announced_from VARCHAR(32), 
	announced_to VARCHAR(32), 
	skipped BOOLEAN NOT NULL, 
	answered VARCHAR(32), 
	ended VARCHAR(32) NOT NULL, 
	ending VARCHAR(16) NOT NULL, 
	billed_seconds INTEGER NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	tariff TEXT NOT NULL, 
	steps TEXT NOT NULL, 
	tape TEXT NOT NULL, 
	book TEXT NOT NULL, 
	progress VARCHAR(32), 
	beep_from VARCHAR(32), 
	beep_to VARCHAR(32), 
	announced_text TEXT, 
	announced_audio TEXT, 
	mode VARCHAR(16), 
	price VARCHAR(16), 
	salt VARCHAR(32), 
	caller_digest VARCHAR(64), 
	tape_digest VARCHAR(64), 
	chained VARCHAR(32), 
	previous VARCHAR(64), 
	hash VARCHAR(64), 
	erased VARCHAR(32), 
	erasure TEXT, 
	payout VARCHAR(16), 
	territory TEXT, 
	vat VARCHAR(16), 
	PRIMARY KEY (place), 
	UNIQUE (id)
);
INSERT INTO "calls" VALUES(1,'1795000000.1','0899000004','+33612345678','2026-11-23T11:00:01.123456+00:00','2026-11-23T11:00:01.373456+00:00','2026-11-23T11:00:12.873456+00:00',1,'2026-11-23T11:00:13.623456+00:00','2026-11-23T11:01:14.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800,"warn":null}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null,"warn":null,"music":false,"leave":false,"whisper":[],"accept":[],"hold":"","recording":null,"slot":""},"result":{"reached":"talked","agent":"camille","answered":null,"cut":false,"past_limit":false,"held":[],"parked":""}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef','2026-11-23T11:00:01.173456+00:00','2026-11-23T11:00:12.873456+00:00','2026-11-23T11:00:13.373456+00:00','Ce service est facturé quatre-vingts centimes par minute.','wav:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa wav16:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','per_minute','0.80','ab17fe005a032929aee5fc64e90863ea','a0fbbecb0f5d9583f4f91cd4d0c07cced7f79488fe0cc834eae3e55feae27b50','7417995ad23fae28453a011d33c9913a08ef84883350390c8bb5e6ea2880915d','2026-11-28T21:00:33.097166+00:00','0000000000000000000000000000000000000000000000000000000000000000','12a1dd18a85f07cd63973fc2e74ae72d8af83139c321664662fee0d27ec066c9',NULL,NULL,'0.4321','metropole','20');
INSERT INTO "calls" VALUES(2,'1795000000.2','0899000004','+33612345678','2026-11-23T11:00:02.123456+00:00','2026-11-23T11:00:02.373456+00:00','2026-11-23T11:00:13.873456+00:00',1,'2026-11-23T11:00:14.623456+00:00','2026-11-23T11:01:15.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800,"warn":null}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null,"warn":null,"music":false,"leave":false,"whisper":[],"accept":[],"hold":"","recording":null,"slot":""},"result":{"reached":"talked","agent":"camille","answered":null,"cut":false,"past_limit":false,"held":[],"parked":""}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef','2026-11-23T11:00:02.173456+00:00','2026-11-23T11:00:13.873456+00:00','2026-11-23T11:00:14.373456+00:00','Ce service est facturé quatre-vingts centimes par minute.','wav:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa wav16:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','per_minute','0.80','a46f374fd47a4cfe3ae59e7128b22648','895b28dc5dcc5e9bd8a87dc7f257ab5127ccd7087c632b7e2e7b5379d7d4ac36','0771d536b819e87ac2b421e09585921b67be82519c6e60d96402d415eb7327ae','2026-11-28T21:00:33.123949+00:00','12a1dd18a85f07cd63973fc2e74ae72d8af83139c321664662fee0d27ec066c9','996c3e19e99c9dc36914aa7abfc137f728b9f53ff2b252662c65e4e0d0f3d1a1',NULL,NULL,'0.4321','metropole','20');
CREATE TABLE ledger_head (
	only INTEGER NOT NULL, 
	records BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	signature TEXT NOT NULL, 
	PRIMARY KEY (only)
);
INSERT INTO "ledger_head" VALUES(1,2,2,'996c3e19e99c9dc36914aa7abfc137f728b9f53ff2b252662c65e4e0d0f3d1a1','2026-11-28T21:00:33.123949+00:00','mzO968eUOvAswlwDOWzAqm9aobLIXjVtCjusVihL5kJiSS+e4VQdw6kvRFc5v6q4cLy2GHzYmf8W41fxTJfFDA==');
CREATE TABLE ledger_schema (
	version INTEGER NOT NULL
);
INSERT INTO "ledger_schema" VALUES(3);
CREATE TABLE refunds (
	place INTEGER NOT NULL, 
	call TEXT NOT NULL, 
	call_hash VARCHAR(64) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	amount_cents BIGINT NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	reason TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	signature TEXT NOT NULL, 
	PRIMARY KEY (place)
);
CREATE TABLE refunds_head (
	only INTEGER NOT NULL, 
	records BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	signature TEXT NOT NULL, 
	PRIMARY KEY (only)
);
CREATE INDEX calls_number_started ON calls (number, started);
CREATE INDEX calls_started ON calls (started);
CREATE INDEX calls_caller_started ON calls (caller, started);
CREATE INDEX refunds_call ON refunds (call);
COMMIT;
