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
	PRIMARY KEY (place), 
	UNIQUE (id)
);
INSERT INTO "calls" VALUES(1,'1795000000.1','0899000004','+33612345678','2026-11-23T11:00:01.123456+00:00','2026-11-23T11:00:01.373456+00:00','2026-11-23T11:00:12.873456+00:00',1,'2026-11-23T11:00:13.623456+00:00','2026-11-23T11:01:14.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef');
INSERT INTO "calls" VALUES(2,'1795000000.2','0899000004','+33612345678','2026-11-23T11:00:02.123456+00:00','2026-11-23T11:00:02.373456+00:00','2026-11-23T11:00:13.873456+00:00',0,'2026-11-23T11:00:14.623456+00:00','2026-11-23T11:01:15.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef');
INSERT INTO "calls" VALUES(3,'1795000000.3','0899000004','+33612345678','2026-11-23T11:00:03.123456+00:00','2026-11-23T11:00:03.373456+00:00','2026-11-23T11:00:14.873456+00:00',1,'2026-11-23T11:00:15.623456+00:00','2026-11-23T11:01:16.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef');
CREATE TABLE ledger_schema (
	version INTEGER NOT NULL
);
INSERT INTO "ledger_schema" VALUES(1);
CREATE INDEX calls_number_started ON calls (number, started);
CREATE INDEX calls_started ON calls (started);
COMMIT;
