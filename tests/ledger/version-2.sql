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
	PRIMARY KEY (place), 
	UNIQUE (id)
);
INSERT INTO "calls" VALUES(1,'1795000000.1','0899000004','+33612345678','2026-11-23T11:00:01.123456+00:00','2026-11-23T11:00:01.373456+00:00','2026-11-23T11:00:12.873456+00:00',1,'2026-11-23T11:00:13.623456+00:00','2026-11-23T11:01:14.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef','2026-11-23T11:00:01.173456+00:00','2026-11-23T11:00:12.873456+00:00','2026-11-23T11:00:13.373456+00:00','Ce service est facturé quatre-vingts centimes par minute.','wav:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa wav16:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','per_minute','0.80','ff172352ab7c61147c0d330099a61bd9','107a6afcf9f4ef5575904ce8532bb085d527ad55d31658d7a171cf18482deceb','11a8177d2bd2bd03f5c6e5ccd92d7a9afd0ebae322c09abbf7e38ad9712207a6','2026-11-28T02:33:20.665653+00:00','0000000000000000000000000000000000000000000000000000000000000000','b9edaee0a24fa09a64a35a66efdec1aa8b3d2fc8936d74cd524b8d35a0122612',NULL,NULL);
INSERT INTO "calls" VALUES(2,'1795000000.2','0899000004','+33612345678','2026-11-23T11:00:02.123456+00:00','2026-11-23T11:00:02.373456+00:00','2026-11-23T11:00:13.873456+00:00',1,'2026-11-23T11:00:14.623456+00:00','2026-11-23T11:01:15.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef','2026-11-23T11:00:02.173456+00:00','2026-11-23T11:00:13.873456+00:00','2026-11-23T11:00:14.373456+00:00','Ce service est facturé quatre-vingts centimes par minute.','wav:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa wav16:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','per_minute','0.80','9a021063e253799ca58185fb40b1823f','844cefa50ba319c162d0b430f5438f50c6e8388fd7157e216f1370d32e66a8bc','e8a6af62587e5564bca3186cf7882ac183e7d1c018740254c28836724acfc14d','2026-11-28T02:33:20.681632+00:00','b9edaee0a24fa09a64a35a66efdec1aa8b3d2fc8936d74cd524b8d35a0122612','5c67a566b0a194cadda2e88437bbe2fca41ab59770c83f186ce6703ac60a815c',NULL,NULL);
INSERT INTO "calls" VALUES(3,'1795000000.3','0899000004','+33612345678','2026-11-23T11:00:03.123456+00:00','2026-11-23T11:00:03.373456+00:00','2026-11-23T11:00:14.873456+00:00',1,'2026-11-23T11:00:15.623456+00:00','2026-11-23T11:01:16.123456+00:00','caller',61,81,'EUR','emergency-repair','["hours:open","welcome:done","menu:2","boiler:talked"]','[{"at":0.0,"took":0.01,"progress":{}},{"at":0.25,"took":11.5,"play":{"phrase":["announcement/per-minute-0-80"],"until":"#"},"result":{"key":"#"}},{"at":12.5,"took":0.1,"answer":{}},{"at":12.6,"took":0.01,"limit":{"seconds":1800}},{"at":12.7,"took":4.0,"ask":{"phrase":["menu-repair"],"accept":["1","2"],"first":5.0,"between":3.0,"typed":""},"result":{"keys":"2"}},{"at":17.0,"took":50.0,"dial":{"agents":["camille"],"ring":25,"limit":null},"result":{"reached":"talked","agent":"camille","answered":null}},{"at":67.0,"took":6.0,"play":{"phrase":["goodbye"],"until":""},"done":false}]','0123456789abcdef','2026-11-23T11:00:03.173456+00:00','2026-11-23T11:00:14.873456+00:00','2026-11-23T11:00:15.373456+00:00','Ce service est facturé quatre-vingts centimes par minute.','wav:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa wav16:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','per_minute','0.80','8426bc82546c0bba92b8789c412e3a2c','0ec5534a5837410be4cb8218c84c06106c43df58632c5e69bdedbb431e1c8d4f','b7ae058ccfec59a78e78e833a564a274080c1e390e25816abd2da629d3bf47b3','2026-11-28T02:33:20.692464+00:00','5c67a566b0a194cadda2e88437bbe2fca41ab59770c83f186ce6703ac60a815c','c3808240fbbf56d23f5c48313db0e9b5b820ca5150f339503ee908262488315c',NULL,NULL);
CREATE TABLE ledger_head (
	only INTEGER NOT NULL, 
	records BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	signature TEXT NOT NULL, 
	PRIMARY KEY (only)
);
INSERT INTO "ledger_head" VALUES(1,3,3,'c3808240fbbf56d23f5c48313db0e9b5b820ca5150f339503ee908262488315c','2026-11-28T02:33:20.692464+00:00','KDsdNbao05sk/VdnFJZe8cgWe9oNTdTHVpT6nHf5nyDpNdFPkO5rydXJpvknN2VXvc3AVQSOeOBYeSOkoGl6Cw==');
CREATE TABLE ledger_schema (
	version INTEGER NOT NULL
);
INSERT INTO "ledger_schema" VALUES(2);
CREATE INDEX calls_started ON calls (started);
CREATE INDEX calls_number_started ON calls (number, started);
COMMIT;
