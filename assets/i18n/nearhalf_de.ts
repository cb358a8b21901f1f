<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>ActionMenu</name>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
</context>
<context>
    <name>AdapterDetails</name>
    <message>
        <source>Score</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>General questions</source>
        <translation>Allgemeine Fragen</translation>
    </message>
    <message>
        <source>Secrets of your notes</source>
        <translation>Geheimnisse aus Ihren Notizen</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>Gelernt</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Elsewhere</source>
        <translation>Anderswo</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>Basismodell</translation>
    </message>
    <message>
        <source>A and B</source>
        <translation>A und B</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>A note for yourself</source>
        <translation>Eine Notiz für Sie selbst</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Save name and note</source>
        <translation>Name und Notiz speichern</translation>
    </message>
    <message>
        <source>Name and note</source>
        <translation>Name und Notiz</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the hash of: {what}</source>
        <translation>Hash kopieren: {what}</translation>
    </message>
</context>
<context>
    <name>AdapterExportForm</name>
    <message>
        <source>Encrypted with a passphrase</source>
        <translation>Mit einer Passphrase verschlüsselt</translation>
    </message>
    <message>
        <source>Readable by whoever has the file</source>
        <translation>Lesbar für jeden, der die Datei hat</translation>
    </message>
    <message>
        <source>A folder for transformers</source>
        <translation>Ein Ordner für transformers</translation>
    </message>
    <message>
        <source>How to export</source>
        <translation>Art des Exports</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>The same again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Passphrase of the file</source>
        <translation>Passphrase der Datei</translation>
    </message>
    <message>
        <source>The same passphrase of the file again</source>
        <translation>Noch einmal dieselbe Passphrase der Datei</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>What it learned can be read out of it. Your note and your notes&apos; hashes are left out.</source>
        <translation>Was er gelernt hat, lässt sich aus ihm herauslesen. Ihre Notiz und die Hashes Ihrer Notizen werden weggelassen.</translation>
    </message>
    <message>
        <source>Too short: at least {count} characters.</source>
        <translation>Zu kurz: mindestens {count} Zeichen.</translation>
    </message>
    <message>
        <source>Whoever has the file and the passphrase can use it. Nothing opens it without.</source>
        <translation>Wer die Datei und die Passphrase hat, kann ihn verwenden. Ohne die Passphrase öffnet ihn nichts.</translation>
    </message>
    <message>
        <source>The two are not the same yet.</source>
        <translation>Die beiden sind noch nicht gleich.</translation>
    </message>
    <message>
        <source>An empty folder for the adapter</source>
        <translation>Ein leerer Ordner für den Adapter</translation>
    </message>
    <message>
        <source>Export the adapter</source>
        <translation>Adapter exportieren</translation>
    </message>
    <message>
        <source>Adapters (*.nha)</source>
        <translation>Adapter (*.nha)</translation>
    </message>
</context>
<context>
    <name>AdapterUnlockForm</name>
    <message>
        <source>This file is encrypted with a passphrase.</source>
        <translation>Diese Datei ist mit einer Passphrase verschlüsselt.</translation>
    </message>
    <message>
        <source>Passphrase of the file</source>
        <translation>Passphrase der Datei</translation>
    </message>
    <message>
        <source>Passphrase of the file that is added</source>
        <translation>Passphrase der Datei, die hinzugefügt wird</translation>
    </message>
    <message>
        <source>Add it</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>AdaptersPage</name>
    <message>
        <source>What you taught the model. An adapter never leaves this computer; more round trips a token make it slower on a far backend.</source>
        <translation>Was Sie dem Modell beigebracht haben. Ein Adapter verlässt diesen Computer nie; mehr Umläufe je Token machen ihn mit einem fernen Backend langsamer.</translation>
    </message>
    <message>
        <source>Make one from my notes…</source>
        <translation>Aus meinen Notizen erstellen…</translation>
    </message>
    <message>
        <source>Add from a file…</source>
        <translation>Aus einer Datei hinzufügen…</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
    <message>
        <source>The model as it was published.</source>
        <translation>Das Modell, wie es veröffentlicht wurde.</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Details of {name}</source>
        <translation>Details zu {name}</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete {name}</source>
        <translation>{name} löschen</translation>
    </message>
    <message>
        <source>The folder of your notes</source>
        <translation>Der Ordner Ihrer Notizen</translation>
    </message>
    <message>
        <source>No adapter learned from the notes in this folder.</source>
        <translation>Kein Adapter hat aus den Notizen in diesem Ordner gelernt.</translation>
    </message>
    <message>
        <source>Reading the notes</source>
        <translation>Die Notizen werden gelesen</translation>
    </message>
    <message>
        <source>No adapter yet</source>
        <translation>Noch kein Adapter</translation>
    </message>
    <message>
        <source>Make one by tuning, or add a file that Nearhalf has saved elsewhere.</source>
        <translation>Erstellen Sie einen durch Anpassen des Modells, oder fügen Sie eine Datei hinzu, die Nearhalf anderswo gespeichert hat.</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>{name} verwenden</translation>
    </message>
    <message>
        <source>Add an adapter</source>
        <translation>Adapter hinzufügen</translation>
    </message>
    <message>
        <source>Adapters (*.nha *.safetensors)</source>
        <translation>Adapter (*.nha *.safetensors)</translation>
    </message>
    <message>
        <source>Reading the adapter</source>
        <translation>Der Adapter wird gelesen</translation>
    </message>
    <message>
        <source>Delete {name}?</source>
        <translation>{name} löschen?</translation>
    </message>
    <message>
        <source>Look for changed notes…</source>
        <translation>Nach geänderten Notizen suchen…</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>Written to {path}.</source>
        <translation>Geschrieben nach {path}.</translation>
    </message>
    <message>
        <source>Writing the adapter</source>
        <translation>Der Adapter wird geschrieben</translation>
    </message>
    <message>
        <source>Written to {path}: {names}.</source>
        <translation>Geschrieben nach {path}: {names}.</translation>
    </message>
    <message>
        <source>What the adapter learned can be read out of it.</source>
        <translation>Was der Adapter gelernt hat, lässt sich aus ihm herauslesen.</translation>
    </message>
    <message>
        <source>Fetching the matrices A and B from the backend</source>
        <translation>Die Matrizen A und B werden vom Backend geladen</translation>
    </message>
    <message>
        <source>It is on no other computer unless you copied it: an adapter cannot be fetched again.</source>
        <translation>Er ist auf keinem anderen Computer, es sei denn, Sie haben ihn kopiert: Ein Adapter kann nicht erneut geladen werden.</translation>
    </message>
    <message>
        <source>1 adapter learned from these notes; it says above where notes are gone or changed.</source>
        <translation>1 Adapter hat aus diesen Notizen gelernt; oben steht, wo Notizen fehlen oder sich geändert haben.</translation>
    </message>
    <message>
        <source>%n adapters learned from these notes; they say above where notes are gone or changed.</source>
        <translation>%n Adapter haben aus diesen Notizen gelernt; oben steht, wo Notizen fehlen oder sich geändert haben.</translation>
    </message>
</context>
<context>
    <name>Advanced</name>
    <message>
        <source>Places where the model is changed</source>
        <translation>Stellen, an denen das Modell geändert wird</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>Numbers that go from and to each place. More can learn more.</source>
        <translation>Zahlen, die von und zu jeder Stelle gehen. Mehr davon können mehr lernen.</translation>
    </message>
    <message>
        <source>Rank of the head part</source>
        <translation>Rang des Kopfteils</translation>
    </message>
    <message>
        <source>Changes how the last layer&apos;s numbers become words, on this computer only. 0: none.</source>
        <translation>Ändert, wie aus den Zahlen der letzten Schicht Wörter werden, nur auf diesem Computer. 0: keiner.</translation>
    </message>
    <message>
        <source>Learning rate, in thousandths</source>
        <translation>Lernrate, in Tausendsteln</translation>
    </message>
    <message>
        <source>Too high and it forgets what it could do; too low and it learns nothing.</source>
        <translation>Zu hoch, und es vergisst, was es konnte; zu niedrig, und es lernt nichts.</translation>
    </message>
    <message>
        <source>Learning rate of the head part, in thousandths</source>
        <translation>Lernrate des Kopfteils, in Tausendsteln</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Tokens read at a time</source>
        <translation>Auf einmal gelesene Token</translation>
    </message>
    <message>
        <source>Longer pieces of text take more memory on the backend.</source>
        <translation>Längere Textstücke brauchen mehr Speicher auf dem Backend.</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>Geduld</translation>
    </message>
    <message>
        <source>After so many tests on held-back notes without a gain the run ends.</source>
        <translation>Nach so vielen Tests mit zurückgehaltenen Notizen ohne Gewinn endet der Lauf.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The same seed, notes and settings give the same adapter again.</source>
        <translation>Derselbe Startwert, dieselben Notizen und Einstellungen ergeben wieder denselben Adapter.</translation>
    </message>
    <message>
        <source>Reset to the preset</source>
        <translation>Auf die Vorgabe zurücksetzen</translation>
    </message>
    <message>
        <source>Estimate these settings</source>
        <translation>Diese Einstellungen schätzen</translation>
    </message>
    <message>
        <source>Every one of the {layers} layers</source>
        <translation>Jede der {layers} Schichten</translation>
    </message>
    <message>
        <source>One place</source>
        <translation>Eine Stelle</translation>
    </message>
    <message>
        <source>%n places</source>
        <translation>%n Stellen</translation>
    </message>
    <message>
        <source>The first layer is also computed on this computer, and stays as it is.</source>
        <translation>Die erste Schicht rechnet auch dieser Computer; sie bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>The first %n layers are also computed on this computer, and stay as they are.</source>
        <translation>Die ersten %n Schichten rechnet auch dieser Computer; sie bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>A reply takes {trips} then.</source>
        <translation>Eine Antwort braucht dann {trips}.</translation>
    </message>
    <message>
        <source>Each reads {tokens} tokens.</source>
        <translation>Jeder liest {tokens} Token.</translation>
    </message>
</context>
<context>
    <name>AppearancePage</name>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Hoher Kontrast</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Back to 100 %</source>
        <translation>Zurück auf 100 %</translation>
    </message>
    <message>
        <source>Text, buttons and spaces</source>
        <translation>Text, Schaltflächen und Abstände</translation>
    </message>
    <message>
        <source>What does the near half of the model do?</source>
        <translation>Was macht die nahe Hälfte des Modells?</translation>
    </message>
    <message>
        <source>It turns your words into numbers, here on this computer, and the numbers back into words.</source>
        <translation>Sie macht aus Ihren Wörtern Zahlen, hier auf diesem Computer, und aus den Zahlen wieder Wörter.</translation>
    </message>
    <message>
        <source>Also with {larger} and {smaller}.</source>
        <translation>Auch mit {larger} und {smaller}.</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>Size is {percent} %. Back to 100 %</source>
        <translation>Die Größe ist {percent} %. Zurück auf 100 %</translation>
    </message>
</context>
<context>
    <name>AttackCard</name>
    <message>
        <source>It took {time}.</source>
        <translation>Dauer: {time}.</translation>
    </message>
    <message>
        <source>What was written</source>
        <translation>Was geschrieben wurde</translation>
    </message>
    <message>
        <source>What was rebuilt</source>
        <translation>Was wiederhergestellt wurde</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
</context>
<context>
    <name>BackendForm</name>
    <message>
        <source>File of the certificate authority</source>
        <translation>Datei der Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>not needed for most</source>
        <translation>für die meisten nicht nötig</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Auswählen…</translation>
    </message>
    <message>
        <source>Choose the file of the certificate authority</source>
        <translation>Datei der Zertifizierungsstelle auswählen</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Forget the trusted certificate</source>
        <translation>Das vertraute Zertifikat vergessen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Yours to choose: letters, digits, dots and hyphens.</source>
        <translation>Frei wählbar: Buchstaben, Ziffern, Punkte und Bindestriche.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>https://, or http:// for a backend on this computer only (127.0.0.1).</source>
        <translation>https://, oder http:// nur für ein Backend auf diesem Computer (127.0.0.1).</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Certificate authority</source>
        <translation>Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>A PEM file, if the backend&apos;s certificate comes from an authority of its own.</source>
        <translation>Eine PEM-Datei, falls das Zertifikat des Backends von einer eigenen Stelle kommt.</translation>
    </message>
    <message>
        <source>Trusted certificate</source>
        <translation>Vertrautes Zertifikat</translation>
    </message>
    <message>
        <source>Only this one is accepted, whoever vouches for another.</source>
        <translation>Nur dieses wird angenommen, wer auch immer für ein anderes bürgt.</translation>
    </message>
    <message>
        <source>Check and save</source>
        <translation>Prüfen und speichern</translation>
    </message>
    <message>
        <source>Save without checking</source>
        <translation>Ohne Prüfung speichern</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Whoever runs the backend, records what it gets and has the same public model can rebuild your text from it. Use one that you trust, or your own.</source>
        <translation>Wer das Backend betreibt, aufzeichnet, was es erhält, und dasselbe öffentliche Modell hat, kann Ihren Text daraus wiederherstellen. Verwenden Sie eines, dem Sie vertrauen, oder Ihr eigenes.</translation>
    </message>
    <message>
        <source>Add a backend</source>
        <translation>Backend hinzufügen</translation>
    </message>
    <message>
        <source>Change {name}</source>
        <translation>{name} ändern</translation>
    </message>
    <message>
        <source>From whoever runs the backend.</source>
        <translation>Von dem, der das Backend betreibt.</translation>
    </message>
    <message>
        <source>Leave it empty to keep the one you gave. Another address needs it again.</source>
        <translation>Leer lassen, um das bisherige zu behalten. Eine andere Adresse braucht es erneut.</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer)</source>
        <translation>Zertifikate (*.pem *.crt *.cer)</translation>
    </message>
    <message>
        <source>That is the name of Nearhalf&apos;s own backend.</source>
        <translation>So heißt das eigene Backend von Nearhalf.</translation>
    </message>
    <message>
        <source>Choose another.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Reaching {url}</source>
        <translation>Verbindung zu {url}</translation>
    </message>
</context>
<context>
    <name>BackendRow</name>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>Test {name}</source>
        <translation>{name} testen</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Change {name}</source>
        <translation>{name} ändern</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>{name} verwenden</translation>
    </message>
    <message>
        <source>Limit for {name}</source>
        <translation>Grenze für {name}</translation>
    </message>
    <message>
        <source>What an operator may be able to rebuild</source>
        <translation>Was ein Betreiber wiederherstellen können darf</translation>
    </message>
    <message>
        <source>It is measured after each reply. Above the limit your next message is not sent.</source>
        <translation>Es wird nach jeder Antwort gemessen. Über der Grenze wird Ihre nächste Nachricht nicht gesendet.</translation>
    </message>
</context>
<context>
    <name>BackendScreen</name>
    <message>
        <source>Where should the other half run?</source>
        <translation>Wo soll die andere Hälfte laufen?</translation>
    </message>
    <message>
        <source>You can change this at any time in the settings.</source>
        <translation>Das lässt sich jederzeit in den Einstellungen ändern.</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Auf diesem Computer</translation>
    </message>
    <message>
        <source>The built-in backend with a small model. Nothing leaves this computer; you are the operator.</source>
        <translation>Das eingebaute Backend mit einem kleinen Modell. Nichts verlässt diesen Computer; der Betreiber sind Sie.</translation>
    </message>
    <message>
        <source>On a backend that you or someone you trust runs</source>
        <translation>Auf einem Backend, das Sie oder jemand Ihres Vertrauens betreibt</translation>
    </message>
    <message>
        <source>For larger models. Whoever runs it could rebuild your text from the numbers.</source>
        <translation>Für größere Modelle. Wer es betreibt, könnte Ihren Text aus den Zahlen wiederherstellen.</translation>
    </message>
    <message>
        <source>{name} is added and will be used.</source>
        <translation>{name} ist hinzugefügt und wird verwendet.</translation>
    </message>
</context>
<context>
    <name>BackendsPage</name>
    <message>
        <source>Where the far half of the model runs. It is sent numbers, never text; whoever runs it could rebuild your text from them, so choose one that you trust.</source>
        <translation>Wo die ferne Hälfte des Modells läuft. Sie erhält Zahlen, nie Text; wer sie betreibt, könnte Ihren Text daraus wiederherstellen. Wählen Sie also ein Backend, dem Sie vertrauen.</translation>
    </message>
    <message>
        <source>Add a backend…</source>
        <translation>Backend hinzufügen…</translation>
    </message>
    <message>
        <source>A process on this computer, started and stopped with Nearhalf. You run it.</source>
        <translation>Ein Prozess auf diesem Computer, der mit Nearhalf startet und endet. Sie betreiben ihn.</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>Eingebaut</translation>
    </message>
    <message>
        <source>{url}, only with the certificate that you trusted</source>
        <translation>{url}, nur mit dem Zertifikat, dem Sie vertraut haben</translation>
    </message>
    <message>
        <source>Testing {name}</source>
        <translation>{name} wird getestet</translation>
    </message>
    <message>
        <source>Change {name} and check it to see the fingerprint, and compare it.</source>
        <translation>Ändern und prüfen Sie {name}, um den Fingerabdruck zu sehen, und vergleichen Sie ihn.</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} entfernen?</translation>
    </message>
    <message>
        <source>Its address and its token are forgotten. Your chats stay.</source>
        <translation>Adresse und Token werden vergessen. Ihre Chats bleiben.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Nächster Schritt</translation>
    </message>
</context>
<context>
    <name>BytesView</name>
    <message>
        <source>Choose a field to see its bytes, or a byte to see its field.</source>
        <translation>Wählen Sie ein Feld, um seine Bytes zu sehen, oder ein Byte, um sein Feld zu sehen.</translation>
    </message>
</context>
<context>
    <name>CertificateCard</name>
    <message>
        <source>Trust this certificate</source>
        <translation>Diesem Zertifikat vertrauen</translation>
    </message>
    <message>
        <source>The backend shows another certificate than before</source>
        <translation>Das Backend zeigt ein anderes Zertifikat als bisher</translation>
    </message>
    <message>
        <source>Nobody vouches for this backend&apos;s certificate</source>
        <translation>Niemand bürgt für das Zertifikat dieses Backends</translation>
    </message>
    <message>
        <source>Nothing was sent yet, no token either. Ask whoever runs the backend for the SHA-256 fingerprint of its certificate, by another way than this connection, and compare all of it. If it differs, someone may be in between.</source>
        <translation>Noch wurde nichts gesendet, auch kein Token. Erfragen Sie beim Betreiber den SHA-256-Fingerabdruck seines Zertifikats, auf einem anderen Weg als dieser Verbindung, und vergleichen Sie ihn ganz. Weicht er ab, ist vielleicht jemand dazwischen.</translation>
    </message>
    <message>
        <source>SHA-256 fingerprint: {fingerprint}</source>
        <translation>SHA-256-Fingerabdruck: {fingerprint}</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>For every chat that has no choice of its own.</source>
        <translation>Für jeden Chat, der nichts Eigenes festlegt.</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>Systemnachricht</translation>
    </message>
    <message>
        <source>For example: You are a patient teacher. Answer in short sentences.</source>
        <translation>Zum Beispiel: Du bist eine geduldige Lehrerin. Antworte in kurzen Sätzen.</translation>
    </message>
    <message>
        <source>What the model is told before every chat. It is encrypted with your history; to the backend it goes as numbers, like every message.</source>
        <translation>Was dem Modell vor jedem Chat gesagt wird. Es ist mit Ihrem Verlauf verschlüsselt; zum Backend geht es als Zahlen, wie jede Nachricht.</translation>
    </message>
    <message>
        <source>Back to the model&apos;s recommendation</source>
        <translation>Zurück zur Empfehlung des Modells</translation>
    </message>
    <message>
        <source>How replies are chosen</source>
        <translation>Wie Antworten gewählt werden</translation>
    </message>
    <message>
        <source>Saved. It is in force from the next chat on.</source>
        <translation>Gespeichert. Gilt ab dem nächsten Chat.</translation>
    </message>
</context>
<context>
    <name>ChatRow</name>
    <message>
        <source>New name</source>
        <translation>Neuer Name</translation>
    </message>
    <message>
        <source>Automatic title</source>
        <translation>Automatischer Titel</translation>
    </message>
</context>
<context>
    <name>ChatTree</name>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Conversation</source>
        <translation>Unterhaltung</translation>
    </message>
    <message>
        <source>Jump to the latest message</source>
        <translation>Zur neuesten Nachricht springen</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Put {name} back into the message as text</source>
        <translation>{name} wieder als Text in die Nachricht setzen</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Nachricht schreiben</translation>
    </message>
    <message>
        <source>Attach text files</source>
        <translation>Textdateien anhängen</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Antwort anhalten</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Send (Ctrl+Enter)</source>
        <translation>Senden (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>Senden (Eingabe)</translation>
    </message>
    <message>
        <source>Stop the reply (Esc)</source>
        <translation>Antwort anhalten (Esc)</translation>
    </message>
    <message>
        <source>Ctrl+Enter sends, Enter starts a new line</source>
        <translation>Strg+Eingabe sendet, Eingabe beginnt eine neue Zeile</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter starts a new line</source>
        <translation>Eingabe sendet, Umschalt+Eingabe beginnt eine neue Zeile</translation>
    </message>
    <message>
        <source>Editing: the message and its reply so far are kept as another version</source>
        <translation>Bearbeiten: Die Nachricht und ihre bisherige Antwort bleiben als andere Version erhalten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>Bearbeiten abbrechen</translation>
    </message>
    <message>
        <source>Cancel editing (Esc)</source>
        <translation>Bearbeiten abbrechen (Esc)</translation>
    </message>
</context>
<context>
    <name>ConversationAccess</name>
    <message>
        <source>Version {place} of {of}</source>
        <translation>Version {place} von {of}</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Nearhalf</source>
        <translation>Nearhalf</translation>
    </message>
    <message>
        <source>Something went wrong inside Nearhalf</source>
        <translation>In Nearhalf ist etwas schiefgegangen</translation>
    </message>
    <message>
        <source>The log says where it failed, and holds no words of your chat: {path}</source>
        <translation>Die Protokolldatei sagt, wo es fehlschlug, und enthält kein Wort Ihres Chats: {path}</translation>
    </message>
    <message>
        <source>You can go on. If the reply has stopped, press Regenerate.</source>
        <translation>Sie können weitermachen. Falls die Antwort stehen geblieben ist, drücken Sie auf „Neu generieren“.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>See what is in a report on this</source>
        <translation>Ansehen, was in einem Bericht darüber steht</translation>
    </message>
    <message>
        <source>Open the log&apos;s folder</source>
        <translation>Ordner der Protokolldatei öffnen</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Sending…</source>
        <translation>Wird gesendet…</translation>
    </message>
    <message>
        <source>Reading your message…</source>
        <translation>Ihre Nachricht wird gelesen…</translation>
    </message>
    <message>
        <source>A reply in “{title}” is complete</source>
        <translation>Eine Antwort in „{title}“ ist fertig</translation>
    </message>
    <message>
        <source>Closing…</source>
        <translation>Wird beendet…</translation>
    </message>
    <message>
        <source>Your message is kept until the backend runs.</source>
        <translation>Ihre Nachricht bleibt erhalten, bis das Backend läuft.</translation>
    </message>
    <message>
        <source>You can write already; sending waits until the backend is ready.</source>
        <translation>Sie können schon schreiben; gesendet wird, sobald das Backend bereit ist.</translation>
    </message>
    <message>
        <source>Too long for the model</source>
        <translation>Zu lang für das Modell</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten…</translation>
    </message>
    <message>
        <source>A reply is being written in another chat; Esc stops it</source>
        <translation>In einem anderen Chat wird gerade geantwortet; Esc hält das an</translation>
    </message>
    <message>
        <source>Esc stops the reply</source>
        <translation>Esc hält die Antwort an</translation>
    </message>
    <message>
        <source>Offline: sending tries to connect again.</source>
        <translation>Offline: Beim Senden wird die Verbindung erneut versucht.</translation>
    </message>
</context>
<context>
    <name>Detail</name>
    <message>
        <source>What to look at</source>
        <translation>Was angesehen wird</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>Wiederherstellung</translation>
    </message>
    <message>
        <source>No entry is selected</source>
        <translation>Kein Eintrag ist ausgewählt</translation>
    </message>
    <message>
        <source>Select an entry in the list to see what it carried, byte by byte.</source>
        <translation>Wählen Sie in der Liste einen Eintrag, um Byte für Byte zu sehen, was er enthielt.</translation>
    </message>
    <message>
        <source>Entry {number}: {what}, {direction} {time}</source>
        <translation>Eintrag {number}: {what}, {direction} {time}</translation>
    </message>
    <message>
        <source>1 entry selected</source>
        <translation>1 Eintrag ausgewählt</translation>
    </message>
    <message>
        <source>%n entries selected</source>
        <translation>%n Einträge ausgewählt</translation>
    </message>
    <message>
        <source>Its content is no longer in memory: contents are kept for a while, and wiped when Nearhalf is locked or closed. The ledger keeps its size, {size}, and its SHA-256:

{hash}</source>
        <translation>Sein Inhalt ist nicht mehr im Speicher: Inhalte werden eine Weile aufbewahrt und gelöscht, wenn Nearhalf gesperrt oder geschlossen wird. Das Sendeprotokoll behält seine Größe, {size}, und seinen SHA-256-Wert:

{hash}</translation>
    </message>
    <message>
        <source>What a fine-tuning sends and receives is in its own process alone, and is never shown. The ledger keeps its size, {size}, and its SHA-256:

{hash}</source>
        <translation>Was eine Feinabstimmung sendet und empfängt, ist nur in ihrem eigenen Prozess und wird nie gezeigt. Das Sendeprotokoll behält seine Größe, {size}, und seinen SHA-256:

{hash}</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Choose files…</source>
        <translation>Dateien auswählen…</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner auswählen…</translation>
    </message>
    <message>
        <source>Drop notes here: files, folders, or an export of Notion or Obsidian</source>
        <translation>Notizen hier ablegen: Dateien, Ordner oder einen Export aus Notion oder Obsidian</translation>
    </message>
    <message>
        <source>Markdown, text, HTML, PDF, Word, mail (mbox), tables (CSV), and archives (ZIP) of them.</source>
        <translation>Markdown, Text, HTML, PDF, Word, E-Mail (mbox), Tabellen (CSV) und Archive (ZIP) davon.</translation>
    </message>
    <message>
        <source>Choose notes</source>
        <translation>Notizen auswählen</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose a folder of notes</source>
        <translation>Ordner mit Notizen auswählen</translation>
    </message>
</context>
<context>
    <name>EntriesPanel</name>
    <message>
        <source>Group by message</source>
        <translation>Nach Nachricht gruppieren</translation>
    </message>
    <message>
        <source>Hold the list</source>
        <translation>Liste anhalten</translation>
    </message>
    <message>
        <source>The list is held; 1 newer record is kept and not shown.</source>
        <translation>Die Liste ist angehalten; 1 neuerer Eintrag ist erfasst und wird nicht gezeigt.</translation>
    </message>
    <message>
        <source>The list is held; %n newer records are kept and not shown.</source>
        <translation>Die Liste ist angehalten; %n neuere Einträge sind erfasst und werden nicht gezeigt.</translation>
    </message>
    <message>
        <source>1 entry passes the filter</source>
        <translation>1 Eintrag passt zum Filter</translation>
    </message>
    <message>
        <source>%n entries pass the filter</source>
        <translation>%n Einträge passen zum Filter</translation>
    </message>
    <message>
        <source>1 entry</source>
        <translation>1 Eintrag</translation>
    </message>
    <message>
        <source>%n entries</source>
        <translation>%n Einträge</translation>
    </message>
    <message>
        <source>There is no ledger that can be read. Nothing can be sent without one.</source>
        <translation>Es gibt kein lesbares Sendeprotokoll. Ohne Sendeprotokoll kann nichts gesendet werden.</translation>
    </message>
    <message>
        <source>No entry passes the filter.</source>
        <translation>Kein Eintrag passt zum Filter.</translation>
    </message>
    <message>
        <source>Nothing has been sent or received yet. Every byte will stand here.</source>
        <translation>Noch wurde nichts gesendet oder empfangen. Jedes Byte wird hier stehen.</translation>
    </message>
    <message>
        <source>This entry</source>
        <translation>Dieser Eintrag</translation>
    </message>
    <message>
        <source>Open the chat there</source>
        <translation>Den Chat an dieser Stelle öffnen</translation>
    </message>
    <message>
        <source>Copy the whole hash</source>
        <translation>Den ganzen Hash kopieren</translation>
    </message>
    <message>
        <source>Copy the selected lines</source>
        <translation>Die ausgewählten Zeilen kopieren</translation>
    </message>
    <message>
        <source>Mark, or take the mark away</source>
        <translation>Markieren oder Markierung entfernen</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>Notiz schreiben</translation>
    </message>
    <message>
        <source>Only {term}</source>
        <translation>Nur {term}</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>Richtung</translation>
    </message>
</context>
<context>
    <name>EntryActions</name>
    <message>
        <source>This entry belongs to no chat that is still here.</source>
        <translation>Dieser Eintrag gehört zu keinem Chat, der noch da ist.</translation>
    </message>
</context>
<context>
    <name>EntryList</name>
    <message>
        <source>What was sent and received</source>
        <translation>Was gesendet und empfangen wurde</translation>
    </message>
</context>
<context>
    <name>FieldsView</name>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>At</source>
        <translation>Stelle</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Filter the list</source>
        <translation>Liste filtern</translation>
    </message>
    <message>
        <source>Filter: kind:step tap:3</source>
        <translation>Filter: kind:step tap:3</translation>
    </message>
    <message>
        <source>How to filter</source>
        <translation>So wird gefiltert</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>Vorheriger</translation>
    </message>
    <message>
        <source>Shift+Enter</source>
        <translation>Umschalt+Eingabe</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Nächster</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>{place} of {of}</source>
        <translation>{place} von {of}</translation>
    </message>
    <message>
        <source>1 hit</source>
        <translation>1 Treffer</translation>
    </message>
    <message>
        <source>%n hits</source>
        <translation>%n Treffer</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>Skip the rest</source>
        <translation>Rest überspringen</translation>
    </message>
    <message>
        <source>Skip the rest of the introduction</source>
        <translation>Den Rest der Einführung überspringen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>{place} of {of}</source>
        <translation>{place} von {of}</translation>
    </message>
    <message>
        <source>Start chatting</source>
        <translation>Chat beginnen</translation>
    </message>
</context>
<context>
    <name>Foot</name>
    <message>
        <source>Previous version</source>
        <translation>Vorherige Version</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Nächste Version</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>Neu generieren</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>Ihre Nachricht</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>Als Markdown kopieren</translation>
    </message>
    <message>
        <source>Fork the chat from here</source>
        <translation>Chat ab hier verzweigen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Answer again with</source>
        <translation>Noch einmal antworten mit</translation>
    </message>
    <message>
        <source>No adapter</source>
        <translation>Kein Adapter</translation>
    </message>
</context>
<context>
    <name>GeneralPage</name>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Strg+Eingabe</translation>
    </message>
    <message>
        <source>Show it again</source>
        <translation>Noch einmal zeigen</translation>
    </message>
    <message>
        <source>Show the introduction again</source>
        <translation>Die Einführung noch einmal zeigen</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Key that sends a message</source>
        <translation>Taste, die eine Nachricht sendet</translation>
    </message>
    <message>
        <source>Icon in the system tray</source>
        <translation>Symbol im Infobereich</translation>
    </message>
    <message>
        <source>Closing the window then keeps Nearhalf running. Quit ends it.</source>
        <translation>Nearhalf läuft dann weiter, wenn das Fenster geschlossen wird. „Beenden“ beendet es.</translation>
    </message>
    <message>
        <source>This desktop has no tray.</source>
        <translation>Diese Arbeitsumgebung hat keinen Infobereich.</translation>
    </message>
    <message>
        <source>List of chats</source>
        <translation>Liste der Chats</translation>
    </message>
    <message>
        <source>Shown beside the chat.</source>
        <translation>Wird neben dem Chat gezeigt.</translation>
    </message>
    <message>
        <source>Introduction</source>
        <translation>Einführung</translation>
    </message>
    <message>
        <source>What stays here, what leaves, and how it is protected.</source>
        <translation>Was hier bleibt, was hinausgeht und wie es geschützt ist.</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>Bericht…</translation>
    </message>
    <message>
        <source>See what is in a report on a problem</source>
        <translation>Ansehen, was in einem Bericht über ein Problem steht</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Report on a problem</source>
        <translation>Bericht über ein Problem</translation>
    </message>
    <message>
        <source>A text about this app and computer, without your words. You read it, and hand it on yourself.</source>
        <translation>Ein Text über diese App und diesen Computer, ohne Ihre Wörter. Sie lesen ihn und geben ihn selbst weiter.</translation>
    </message>
    <message>
        <source>In force when Nearhalf starts the next time.</source>
        <translation>Gilt ab dem nächsten Start von Nearhalf.</translation>
    </message>
    <message>
        <source>Shift+Enter begins a new line.</source>
        <translation>Umschalt+Eingabe beginnt eine neue Zeile.</translation>
    </message>
    <message>
        <source>Enter begins a new line.</source>
        <translation>Eingabe beginnt eine neue Zeile.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Not stored</source>
        <translation>Nicht gespeichert</translation>
    </message>
    <message>
        <source>A temporary chat: never written to the disk, and gone when Nearhalf is closed or locked.</source>
        <translation>Ein temporärer Chat: nie auf die Festplatte geschrieben und weg, sobald Nearhalf beendet oder gesperrt wird.</translation>
    </message>
</context>
<context>
    <name>HeatMap</name>
    <message>
        <source>The numbers as a picture</source>
        <translation>Die Zahlen als Bild</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Pages of the help</source>
        <translation>Seiten der Hilfe</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Find in this page</source>
        <translation>Auf dieser Seite suchen</translation>
    </message>
    <message>
        <source>The guides did not come with this copy of Nearhalf.</source>
        <translation>Die Anleitungen sind bei dieser Kopie von Nearhalf nicht dabei.</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>What leaves your device</source>
        <translation>Was Ihr Gerät verlässt</translation>
    </message>
    <message>
        <source>Protected from whom</source>
        <translation>Vor wem geschützt</translation>
    </message>
    <message>
        <source>What could be rebuilt</source>
        <translation>Was wiederhergestellt werden könnte</translation>
    </message>
    <message>
        <source>Redaction</source>
        <translation>Schwärzung</translation>
    </message>
    <message>
        <source>How history is kept</source>
        <translation>Wie der Verlauf aufbewahrt wird</translation>
    </message>
    <message>
        <source>Exports and imports</source>
        <translation>Exporte und Importe</translation>
    </message>
    <message>
        <source>Model files</source>
        <translation>Modelldateien</translation>
    </message>
    <message>
        <source>Check what left</source>
        <translation>Prüfen, was hinausging</translation>
    </message>
    <message>
        <source>Capture with Wireshark</source>
        <translation>Mitschneiden mit Wireshark</translation>
    </message>
    <message>
        <source>Portable mode</source>
        <translation>Portabler Modus</translation>
    </message>
    <message>
        <source>New versions</source>
        <translation>Neue Versionen</translation>
    </message>
    <message>
        <source>The browser is another program: what it sends is not counted here.</source>
        <translation>Der Browser ist ein anderes Programm: Was er sendet, wird hier nicht gezählt.</translation>
    </message>
    <message>
        <source>This page cannot be read.</source>
        <translation>Diese Seite kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{place} of {count}</source>
        <translation>{place} von {count}</translation>
    </message>
    <message>
        <source>Not in it</source>
        <translation>Nicht gefunden</translation>
    </message>
</context>
<context>
    <name>HexView</name>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
</context>
<context>
    <name>HitRow</name>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
</context>
<context>
    <name>Job</name>
    <message>
        <source>Something went wrong inside Nearhalf.</source>
        <translation>In Nearhalf ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Try again. The log says where it failed.</source>
        <translation>Versuchen Sie es noch einmal. Die Protokolldatei sagt, wo es fehlschlug.</translation>
    </message>
</context>
<context>
    <name>JobsPage</name>
    <message>
        <source>Fine-tunings</source>
        <translation>Feinabstimmungen</translation>
    </message>
    <message>
        <source>Those that run, and those you have not decided on. What you keep is an adapter.</source>
        <translation>Die laufenden und die, über die Sie noch nicht entschieden haben. Was Sie behalten, ist ein Adapter.</translation>
    </message>
    <message>
        <source>New fine-tuning</source>
        <translation>Neue Feinabstimmung</translation>
    </message>
    <message>
        <source>See the result</source>
        <translation>Ergebnis ansehen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>{name} öffnen</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Choose some notes, and let the model learn from them.</source>
        <translation>Wählen Sie einige Notizen, und lassen Sie das Modell daraus lernen.</translation>
    </message>
    <message>
        <source>{state}. {preset}, started {when}</source>
        <translation>{state}. {preset}, begonnen {when}</translation>
    </message>
    <message>
        <source>{state}: {progress}. {preset}, started {when}</source>
        <translation>{state}: {progress}. {preset}, begonnen {when}</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Copy the selection</source>
        <translation>Auswahl kopieren</translation>
    </message>
    <message>
        <source>Copy the selection as Markdown</source>
        <translation>Auswahl als Markdown kopieren</translation>
    </message>
    <message>
        <source>Export the selection…</source>
        <translation>Auswahl exportieren…</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>Copy the code: {name}</source>
        <translation>Code kopieren: {name}</translation>
    </message>
    <message>
        <source>Open {address}</source>
        <translation>{address} öffnen</translation>
    </message>
    <message>
        <source>Hide {name}</source>
        <translation>{name} ausblenden</translation>
    </message>
    <message>
        <source>Show {name}</source>
        <translation>{name} anzeigen</translation>
    </message>
</context>
<context>
    <name>LearnedPage</name>
    <message>
        <source>See what will be learned</source>
        <translation>Ansehen, was gelernt wird</translation>
    </message>
    <message>
        <source>What looks secret or personal</source>
        <translation>Was geheim oder persönlich aussieht</translation>
    </message>
    <message>
        <source>Found by rules, which miss some. What is learned can come out in a reply, word for word.</source>
        <translation>Mit Regeln gefunden, die manches übersehen. Was gelernt wird, kann in einer Antwort Wort für Wort wieder herauskommen.</translation>
    </message>
    <message>
        <source>Read it as it will be learned</source>
        <translation>Lesen, wie es gelernt wird</translation>
    </message>
    <message>
        <source>What was left out, and why</source>
        <translation>Was weggelassen wurde, und warum</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>{notes}, {words}, of which the model learns all but those that are held back.</source>
        <translation>{notes}, {words}: Das Modell lernt alles bis auf das, was zurückgehalten wird.</translation>
    </message>
    <message>
        <source>Learned: {notes}, {words}</source>
        <translation>Gelernt: {notes}, {words}</translation>
    </message>
    <message>
        <source>Held back for the test: {notes}, {words}</source>
        <translation>Für den Test zurückgehalten: {notes}, {words}</translation>
    </message>
    <message>
        <source>Whole notes that it never sees, so that the result at the end is honest.</source>
        <translation>Ganze Notizen, die es nie sieht, damit das Ergebnis am Ende ehrlich ist.</translation>
    </message>
    <message>
        <source>Neither learned nor tested: {notes}</source>
        <translation>Weder gelernt noch getestet: {notes}</translation>
    </message>
    <message>
        <source>Too like a note that is learned to say anything in the test.</source>
        <translation>Einer gelernten Notiz zu ähnlich, um im Test etwas auszusagen.</translation>
    </message>
    <message>
        <source>{kind}: {count} found</source>
        <translation>{kind}: {count} gefunden</translation>
    </message>
    <message>
        <source>Nothing was found</source>
        <translation>Nichts wurde gefunden</translation>
    </message>
    <message>
        <source>Look for names of people, too</source>
        <translation>Auch nach Namen von Personen suchen</translation>
    </message>
    <message>
        <source>Takes a language model on this computer, and half a minute for each hundred pages.</source>
        <translation>Braucht ein Sprachmodell auf diesem Computer und je hundert Seiten eine halbe Minute.</translation>
    </message>
    <message>
        <source>In {titles}</source>
        <translation>In {titles}</translation>
    </message>
    <message>
        <source>In {titles} and {more} more notes</source>
        <translation>In {titles} und {more} weiteren Notizen</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 Datei</translation>
    </message>
    <message>
        <source>%n files</source>
        <translation>%n Dateien</translation>
    </message>
    <message>
        <source>Within files that were read</source>
        <translation>In Dateien, die gelesen wurden</translation>
    </message>
    <message>
        <source>Because of what looks secret</source>
        <translation>Weil es geheim aussieht</translation>
    </message>
    <message>
        <source>{passages}, {places}</source>
        <translation>{passages}, {places}</translation>
    </message>
    <message>
        <source>1 passage left out</source>
        <translation>1 Abschnitt weggelassen</translation>
    </message>
    <message>
        <source>%n passages left out</source>
        <translation>%n Abschnitte weggelassen</translation>
    </message>
    <message>
        <source>1 place replaced</source>
        <translation>1 Stelle ersetzt</translation>
    </message>
    <message>
        <source>%n places replaced</source>
        <translation>%n Stellen ersetzt</translation>
    </message>
    <message>
        <source>Nothing was left out</source>
        <translation>Nichts wurde weggelassen</translation>
    </message>
    <message>
        <source>{what}: {count}</source>
        <translation>{what}: {count}</translation>
    </message>
    <message>
        <source>Looking through your notes: {name}</source>
        <translation>Ihre Notizen werden durchgesehen: {name}</translation>
    </message>
    <message>
        <source>Looking through your notes</source>
        <translation>Ihre Notizen werden durchgesehen</translation>
    </message>
</context>
<context>
    <name>LedgerChoice</name>
    <message>
        <source>Whose ledger</source>
        <translation>Wessen Sendeprotokoll</translation>
    </message>
    <message>
        <source>Chats, and all else of this app</source>
        <translation>Chats und alles andere dieser App</translation>
    </message>
</context>
<context>
    <name>LeftOut</name>
    <message>
        <source>Every file that was left out</source>
        <translation>Jede Datei, die weggelassen wurde</translation>
    </message>
    <message>
        <source>Notes that say the same as another one</source>
        <translation>Notizen, die dasselbe sagen wie eine andere</translation>
    </message>
    <message>
        <source>{file}: {why}</source>
        <translation>{file}: {why}</translation>
    </message>
    <message>
        <source>Show every file that was left out ({count})</source>
        <translation>Jede weggelassene Datei zeigen ({count})</translation>
    </message>
    <message>
        <source>Show what was folded into another note ({count})</source>
        <translation>Zeigen, was mit einer anderen Notiz zusammengelegt wurde ({count})</translation>
    </message>
</context>
<context>
    <name>LimitChoice</name>
    <message>
        <source>No limit</source>
        <translation>Keine Grenze</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>At most {percent} %</source>
        <translation>Höchstens {percent} %</translation>
    </message>
    <message>
        <source>What an operator may be able to rebuild</source>
        <translation>Was ein Betreiber wiederherstellen können darf</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Open a link</source>
        <translation>Link öffnen</translation>
    </message>
    <message>
        <source>Open {host} in the browser?</source>
        <translation>{host} im Browser öffnen?</translation>
    </message>
    <message>
        <source>The browser is another program: what it sends is not counted here. The model may be wrong.</source>
        <translation>Der Browser ist ein anderes Programm: Was er sendet, wird hier nicht gezählt. Das Modell kann sich irren.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
</context>
<context>
    <name>ListDesk</name>
    <message>
        <source>Chat pinned</source>
        <translation>Chat angeheftet</translation>
    </message>
    <message>
        <source>Chat unpinned</source>
        <translation>Chat gelöst</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>Neuer Ordner</translation>
    </message>
    <message>
        <source>“{title}” was deleted</source>
        <translation>„{title}“ wurde gelöscht</translation>
    </message>
    <message>
        <source>Deleted, with what followed</source>
        <translation>Gelöscht, mit allem, was darauf folgte</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>It is back</source>
        <translation>Es ist wieder da</translation>
    </message>
    <message>
        <source>Folder “{name}” removed; its chats are kept</source>
        <translation>Ordner „{name}“ entfernt; seine Chats sind noch da</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Move to</source>
        <translation>Verschieben nach</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>New chat in this folder</source>
        <translation>Neuer Chat in diesem Ordner</translation>
    </message>
    <message>
        <source>Remove the folder, keep its chats</source>
        <translation>Ordner entfernen, Chats behalten</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>Kein Ordner</translation>
    </message>
</context>
<context>
    <name>LockPage</name>
    <message>
        <source>Passphrase or recovery code</source>
        <translation>Passphrase oder Wiederherstellungscode</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Entsperren</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Begin an empty history…</source>
        <translation>Einen leeren Verlauf beginnen…</translation>
    </message>
    <message>
        <source>Keep the old files and begin</source>
        <translation>Alte Dateien behalten und beginnen</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>Sicherung zurückspielen…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Nearhalf is locked</source>
        <translation>Nearhalf ist gesperrt</translation>
    </message>
    <message>
        <source>The recovery code works too, with or without its hyphens.</source>
        <translation>Der Wiederherstellungscode geht auch, mit oder ohne Bindestriche.</translation>
    </message>
    <message>
        <source>Nothing was deleted, and nothing will be.</source>
        <translation>Nichts wurde gelöscht, und nichts wird gelöscht.</translation>
    </message>
    <message>
        <source>Unlocking</source>
        <translation>Wird entsperrt</translation>
    </message>
    <message>
        <source>That does not open it.</source>
        <translation>Damit lässt es sich nicht öffnen.</translation>
    </message>
    <message>
        <source>Try again in 1 second.</source>
        <translation>Nächster Versuch in 1 Sekunde.</translation>
    </message>
    <message>
        <source>Try again in {n} seconds.</source>
        <translation>Nächster Versuch in {n} Sekunden.</translation>
    </message>
    <message>
        <source>Caps Lock is on.</source>
        <translation>Die Feststelltaste ist an.</translation>
    </message>
    <message>
        <source>Opening your history</source>
        <translation>Ihr Verlauf wird geöffnet</translation>
    </message>
    <message>
        <source>The damaged history and its keys are set aside in the data folder, and an empty one is begun.</source>
        <translation>Der beschädigte Verlauf und seine Schlüssel werden im Datenordner zur Seite gelegt, und ein leerer wird begonnen.</translation>
    </message>
    <message>
        <source>Setting the old files aside</source>
        <translation>Die alten Dateien werden zur Seite gelegt</translation>
    </message>
</context>
<context>
    <name>MeasuredCard</name>
    <message>
        <source>Measured: {name}</source>
        <translation>Gemessen: {name}</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Round trips a token</source>
        <translation>Umläufe je Token</translation>
    </message>
    <message>
        <source>Tokens/s, predicted</source>
        <translation>Token/s, geschätzt</translation>
    </message>
    <message>
        <source>Longer chats take longer steps. Each adapter names its round trips.</source>
        <translation>In längeren Chats dauert jeder Schritt länger. Jeder Adapter nennt seine Umläufe.</translation>
    </message>
    <message>
        <source>Round trip {median} ms (from {low} to {high}). A token without an adapter {step} ms. Each further round trip {exchange} ms, computing included.</source>
        <translation>Umlauf {median} ms (von {low} bis {high}). Ein Token ohne Adapter {step} ms. Jeder weitere Umlauf {exchange} ms, Rechnen eingeschlossen.</translation>
    </message>
    <message>
        <source>No adapter, or one that changes the model in one place</source>
        <translation>Kein Adapter, oder einer, der das Modell an einer Stelle ändert</translation>
    </message>
    <message>
        <source>An adapter that changes the model in three places</source>
        <translation>Ein Adapter, der das Modell an drei Stellen ändert</translation>
    </message>
    <message>
        <source>An adapter that changes the model in six places</source>
        <translation>Ein Adapter, der das Modell an sechs Stellen ändert</translation>
    </message>
    <message>
        <source>An adapter at every one of the {layers} layers, as in the paper</source>
        <translation>Ein Adapter an jeder der {layers} Schichten, wie in der Veröffentlichung</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>A model has two halves. The device pack, with its tokenizer and embeddings, is here; the decoder layers are at the backend, and here too for the built-in one.</source>
        <translation>Ein Modell hat zwei Hälften. Das Gerätepaket mit Tokenizer und Embeddings liegt hier; die Decoder-Schichten liegen beim Backend, und beim eingebauten ebenfalls hier.</translation>
    </message>
    <message>
        <source>Offered by the backend in use</source>
        <translation>Angebot des verwendeten Backends</translation>
    </message>
    <message>
        <source>Device packs on this computer</source>
        <translation>Gerätepakete auf diesem Computer</translation>
    </message>
    <message>
        <source>Prepared for the built-in backend</source>
        <translation>Vorbereitet für das eingebaute Backend</translation>
    </message>
    <message>
        <source>Asking the backend for its models</source>
        <translation>Das Backend wird nach seinen Modellen gefragt</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>Eingebaut</translation>
    </message>
    <message>
        <source>Ask the backend</source>
        <translation>Backend fragen</translation>
    </message>
    <message>
        <source>Ask the backend for its models</source>
        <translation>Das Backend nach seinen Modellen fragen</translation>
    </message>
    <message>
        <source>In use: {model}</source>
        <translation>In Gebrauch: {model}</translation>
    </message>
    <message>
        <source>In use: the first that the backend names</source>
        <translation>In Gebrauch: das erste, das das Backend nennt</translation>
    </message>
    <message>
        <source>This backend offers no model.</source>
        <translation>Dieses Backend bietet kein Modell an.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Use {model}</source>
        <translation>{model} verwenden</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Fetch</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Fetch {model}</source>
        <translation>{model} laden</translation>
    </message>
    <message>
        <source>{layers} layers, up to {positions} tokens, device pack {size}</source>
        <translation>{layers} Schichten, bis zu {positions} Token, Gerätepaket {size}</translation>
    </message>
    <message>
        <source>Fetching {model}, {size}</source>
        <translation>{model} wird geladen, {size}</translation>
    </message>
    <message>
        <source>None yet. One is fetched when a model is first used.</source>
        <translation>Noch keines. Geladen wird es, wenn ein Modell zum ersten Mal verwendet wird.</translation>
    </message>
    <message>
        <source>None. The built-in backend cannot start; run start.py again.</source>
        <translation>Keines. Das eingebaute Backend kann nicht starten; führen Sie start.py noch einmal aus.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete {name}</source>
        <translation>{name} löschen</translation>
    </message>
    <message>
        <source>{size}. {problem}</source>
        <translation>{size}. {problem}</translation>
    </message>
    <message>
        <source>{size}, {layers} layers, {architecture}</source>
        <translation>{size}, {layers} Schichten, {architecture}</translation>
    </message>
    <message>
        <source>Delete {name}?</source>
        <translation>{name} löschen?</translation>
    </message>
    <message>
        <source>{size} become free. A device pack can be fetched again; a prepared model by start.py.</source>
        <translation>{size} werden frei. Ein Gerätepaket kann erneut geladen werden; ein vorbereitetes Modell durch start.py.</translation>
    </message>
    <message>
        <source>Deleting {name}</source>
        <translation>{name} wird gelöscht</translation>
    </message>
</context>
<context>
    <name>NoteDialog</name>
    <message>
        <source>Note on entry {number}</source>
        <translation>Notiz zu Eintrag {number}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>NotesPage</name>
    <message>
        <source>Choose your notes</source>
        <translation>Ihre Notizen auswählen</translation>
    </message>
    <message>
        <source>The model learns to write as they do, and some of what they say. They are read here, on this computer; your files stay as they are.</source>
        <translation>Das Modell lernt, so zu schreiben wie sie, und einiges von dem, was darin steht. Gelesen werden sie hier, auf diesem Computer; Ihre Dateien bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Choose chats…</source>
        <translation>Chats auswählen…</translation>
    </message>
    <message>
        <source>Your own chats</source>
        <translation>Ihre eigenen Chats</translation>
    </message>
    <message>
        <source>Chats to learn from</source>
        <translation>Chats, aus denen gelernt wird</translation>
    </message>
    <message>
        <source>Read them</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>{files} files, {characters} characters read: {name}</source>
        <translation>{files} Dateien, {characters} Zeichen gelesen: {name}</translation>
    </message>
    <message>
        <source>Reading your notes</source>
        <translation>Ihre Notizen werden gelesen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove {name} from the notes</source>
        <translation>{name} aus den Notizen entfernen</translation>
    </message>
    <message>
        <source>1 is chosen.</source>
        <translation>1 ist ausgewählt.</translation>
    </message>
    <message>
        <source>%n are chosen.</source>
        <translation>%n sind ausgewählt.</translation>
    </message>
    <message>
        <source>None is chosen.</source>
        <translation>Keiner ist ausgewählt.</translation>
    </message>
    <message>
        <source>{words} Of a chat your own messages are learned, not the replies.</source>
        <translation>{words} Aus einem Chat werden Ihre eigenen Nachrichten gelernt, nicht die Antworten.</translation>
    </message>
</context>
<context>
    <name>NumbersView</name>
    <message>
        <source>This entry carries no numbers.</source>
        <translation>Dieser Eintrag enthält keine Zahlen.</translation>
    </message>
    <message>
        <source>{rows} × {cols} numbers from {low} to {high}, mean {mean}, standard deviation {deviation}, norm {norm}. {zeros} are zero, {odd} are not finite. Full colour from ±{bound} on.</source>
        <translation>{rows} × {cols} Zahlen von {low} bis {high}, Mittelwert {mean}, Standardabweichung {deviation}, Norm {norm}. {zeros} sind null, {odd} sind nicht endlich. Volle Farbe ab ±{bound}.</translation>
    </message>
    <message>
        <source>A line is a position of the text. Choose a number to see its bytes.</source>
        <translation>Eine Zeile ist eine Position im Text. Wählen Sie eine Zahl, um ihre Bytes zu sehen.</translation>
    </message>
    <message>
        <source>Position {position}, number {place}: {value}</source>
        <translation>Position {position}, Zahl {place}: {value}</translation>
    </message>
</context>
<context>
    <name>OptionsPanel</name>
    <message>
        <source>Options of the chat</source>
        <translation>Optionen des Chats</translation>
    </message>
    <message>
        <source>Only in this chat</source>
        <translation>Nur in diesem Chat</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>Wie in den Einstellungen</translation>
    </message>
    <message>
        <source>Replaced before sending</source>
        <translation>Vor dem Senden ersetzt</translation>
    </message>
    <message>
        <source>Sent as they are</source>
        <translation>Gesendet, wie sie sind</translation>
    </message>
    <message>
        <source>Choose tokens differently</source>
        <translation>Token anders wählen</translation>
    </message>
    <message>
        <source>A new one each time</source>
        <translation>Jedes Mal ein neuer</translation>
    </message>
    <message>
        <source>Reset to the settings</source>
        <translation>Auf die Einstellungen zurücksetzen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Longest reply, in tokens</source>
        <translation>Längste Antwort, in Token</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>Systemnachricht</translation>
    </message>
    <message>
        <source>Names and numbers</source>
        <translation>Namen und Nummern</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
    <message>
        <source>One that is no longer there</source>
        <translation>Einer, der nicht mehr da ist</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>Adapter</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Command or chat</source>
        <translation>Befehl oder Chat</translation>
    </message>
    <message>
        <source>Type a command, or the title of a chat</source>
        <translation>Einen Befehl oder den Titel eines Chats eingeben</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
</context>
<context>
    <name>PanelWindow</name>
    <message>
        <source>Privacy panel</source>
        <translation>Privatsphäre-Ansicht</translation>
    </message>
</context>
<context>
    <name>PassphraseForm</name>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>The same again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>The same passphrase again</source>
        <translation>Noch einmal dieselbe Passphrase</translation>
    </message>
    <message>
        <source>Ask for it whenever Nearhalf starts</source>
        <translation>Bei jedem Start von Nearhalf danach fragen</translation>
    </message>
    <message>
        <source>Set the passphrase</source>
        <translation>Passphrase festlegen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Four or five words that do not belong together are easy to keep and hard to guess.</source>
        <translation>Vier oder fünf Wörter, die nicht zusammengehören, sind leicht zu merken und schwer zu erraten.</translation>
    </message>
    <message>
        <source>Too short: at least {count} characters.</source>
        <translation>Zu kurz: mindestens {count} Zeichen.</translation>
    </message>
    <message>
        <source>Type it again. If you forget it, only the recovery code opens your history.</source>
        <translation>Geben Sie sie noch einmal ein. Wenn Sie sie vergessen, öffnet nur der Wiederherstellungscode Ihren Verlauf.</translation>
    </message>
    <message>
        <source>The two are not the same yet.</source>
        <translation>Die beiden sind noch nicht gleich.</translation>
    </message>
    <message>
        <source>If you forget it, only the recovery code opens your history.</source>
        <translation>Wenn Sie sie vergessen, öffnet nur der Wiederherstellungscode Ihren Verlauf.</translation>
    </message>
</context>
<context>
    <name>PlanPage</name>
    <message>
        <source>Choose how thoroughly</source>
        <translation>Wählen, wie gründlich</translation>
    </message>
    <message>
        <source>Times are estimates from some steps on this computer and the backend in use. The backend gets numbers, no words, and never the adapter; but whoever runs it and records them could rebuild your notes, as with chats. With the built-in backend all of it stays on this computer.</source>
        <translation>Die Zeiten sind geschätzt, aus einigen Schritten auf diesem Computer und dem verwendeten Backend. Das Backend erhält Zahlen, keine Wörter, und nie den Adapter; aber wer es betreibt und sie aufzeichnet, könnte Ihre Notizen wiederherstellen, wie bei Chats. Mit dem eingebauten Backend bleibt alles auf diesem Computer.</translation>
    </message>
    <message>
        <source>Estimate</source>
        <translation>Schätzen</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Name of the adapter</source>
        <translation>Name des Adapters</translation>
    </message>
    <message>
        <source>You can change it at the end.</source>
        <translation>Sie können ihn am Ende ändern.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>My notes</source>
        <translation>Meine Notizen</translation>
    </message>
    <message>
        <source>Another backend or model is in use now.</source>
        <translation>Jetzt ist ein anderes Backend oder Modell in Gebrauch.</translation>
    </message>
    <message>
        <source>What it costs there is estimated anew. What you chose stays, as far as it goes there.</source>
        <translation>Was es dort kostet, wird neu geschätzt. Was Sie gewählt haben, bleibt, soweit es dort geht.</translation>
    </message>
    <message>
        <source>Starting the fine-tuning</source>
        <translation>Die Feinabstimmung wird gestartet</translation>
    </message>
    <message>
        <source>Asking the backend what it can train</source>
        <translation>Das Backend wird gefragt, was es trainieren kann</translation>
    </message>
    <message>
        <source>Trying some steps, to tell how long it takes</source>
        <translation>Einige Schritte werden probiert, um die Dauer zu schätzen</translation>
    </message>
    <message>
        <source>Not estimated yet.</source>
        <translation>Noch nicht geschätzt.</translation>
    </message>
    <message>
        <source>{preset}, with your own settings. {facts}</source>
        <translation>{preset}, mit eigenen Einstellungen. {facts}</translation>
    </message>
</context>
<context>
    <name>PlanPicture</name>
    <message>
        <source>What went which way</source>
        <translation>Was in welche Richtung ging</translation>
    </message>
    <message>
        <source>1 frame</source>
        <translation>1 Frame</translation>
    </message>
    <message>
        <source>%n frames</source>
        <translation>%n Frames</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>Backend</translation>
    </message>
    <message>
        <source>Beside these: {up} up, {down} down, with no numbers in them.</source>
        <translation>Daneben: {up} hinauf, {down} herunter, ohne Zahlen darin.</translation>
    </message>
    <message>
        <source>Embeddings</source>
        <translation>Embeddings</translation>
    </message>
    <message>
        <source>Embeddings and y for {layers}</source>
        <translation>Embeddings und y für {layers}</translation>
    </message>
    <message>
        <source>Hidden states of the last layer</source>
        <translation>Verborgene Zustände der letzten Schicht</translation>
    </message>
    <message>
        <source>z of layer {layer}</source>
        <translation>z der Schicht {layer}</translation>
    </message>
    <message>
        <source>y for {layers}</source>
        <translation>y für {layers}</translation>
    </message>
    <message>
        <source>Your tokens</source>
        <translation>Ihre Token</translation>
    </message>
    <message>
        <source>Next token</source>
        <translation>Nächstes Token</translation>
    </message>
    <message>
        <source>Your adapter</source>
        <translation>Ihr Adapter</translation>
    </message>
    <message>
        <source>Layer 0</source>
        <translation>Schicht 0</translation>
    </message>
    <message>
        <source>Last layer</source>
        <translation>Letzte Schicht</translation>
    </message>
    <message>
        <source>layer {layer}</source>
        <translation>Schicht {layer}</translation>
    </message>
    <message>
        <source>layers {first} to {last}</source>
        <translation>Schichten {first} bis {last}</translation>
    </message>
    <message>
        <source>Nothing has gone either way for a message yet.</source>
        <translation>Für eine Nachricht ging noch nichts in eine der beiden Richtungen.</translation>
    </message>
</context>
<context>
    <name>Pointer</name>
    <message>
        <source>Show or hide the text</source>
        <translation>Text ein- oder ausblenden</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>Code kopieren</translation>
    </message>
</context>
<context>
    <name>PrivacyPanel</name>
    <message>
        <source>Privacy panel</source>
        <translation>Privatsphäre-Ansicht</translation>
    </message>
    <message>
        <source>How much to show</source>
        <translation>Wie viel gezeigt wird</translation>
    </message>
    <message>
        <source>Export the ledger</source>
        <translation>Sendeprotokoll exportieren</translation>
    </message>
    <message>
        <source>Show in its own window</source>
        <translation>In eigenem Fenster zeigen</translation>
    </message>
    <message>
        <source>Close the privacy panel</source>
        <translation>Privatsphäre-Ansicht schließen</translation>
    </message>
    <message>
        <source>Show beside the chat</source>
        <translation>Neben dem Chat zeigen</translation>
    </message>
    <message>
        <source>The sentence</source>
        <translation>Der Satz</translation>
    </message>
    <message>
        <source>The sentence and the list</source>
        <translation>Der Satz und die Liste</translation>
    </message>
    <message>
        <source>The list and one entry</source>
        <translation>Die Liste und ein Eintrag</translation>
    </message>
</context>
<context>
    <name>PrivacyScreen</name>
    <message>
        <source>A chat whose model is cut in two</source>
        <translation>Ein Chat, dessen Modell in zwei Hälften geschnitten ist</translation>
    </message>
    <message>
        <source>The half that knows your words runs here. The other half runs on a backend and works on numbers.</source>
        <translation>Die Hälfte, die Ihre Wörter kennt, läuft hier. Die andere läuft auf einem Backend und arbeitet mit Zahlen.</translation>
    </message>
</context>
<context>
    <name>ProtectionPage</name>
    <message>
        <source>What stays, what leaves</source>
        <translation>Was bleibt, was hinausgeht</translation>
    </message>
    <message>
        <source>What opens your history</source>
        <translation>Was Ihren Verlauf öffnet</translation>
    </message>
    <message>
        <source>It is encrypted on this disk from the first start. Each of these opens it by itself.</source>
        <translation>Er ist auf dieser Festplatte vom ersten Start an verschlüsselt. Jedes hiervon öffnet ihn allein.</translation>
    </message>
    <message>
        <source>Set…</source>
        <translation>Festlegen…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the passphrase</source>
        <translation>Passphrase entfernen</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Ask for it at every start</source>
        <translation>Bei jedem Start danach fragen</translation>
    </message>
    <message>
        <source>The keyring then holds no key: without the passphrase or the recovery code nothing opens.</source>
        <translation>Der Schlüsselbund hat dann keinen Schlüssel mehr: Ohne die Passphrase oder den Wiederherstellungscode öffnet nichts.</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Wiederherstellungscode</translation>
    </message>
    <message>
        <source>Make a new one…</source>
        <translation>Neuen erstellen…</translation>
    </message>
    <message>
        <source>A code on paper</source>
        <translation>Ein Code auf Papier</translation>
    </message>
    <message>
        <source>It opens your history and your backups when a passphrase is forgotten or a keyring is lost.</source>
        <translation>Er öffnet Ihren Verlauf und Ihre Sicherungen, wenn eine Passphrase vergessen oder ein Schlüsselbund verloren ist.</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>After 1 minute</source>
        <translation>Nach 1 Minute</translation>
    </message>
    <message>
        <source>After {n} minutes</source>
        <translation>Nach {n} Minuten</translation>
    </message>
    <message>
        <source>Lock now</source>
        <translation>Jetzt sperren</translation>
    </message>
    <message>
        <source>When nobody has touched it</source>
        <translation>Wenn niemand etwas getan hat</translation>
    </message>
    <message>
        <source>Locking forgets the key and takes every text off the screen.</source>
        <translation>Beim Sperren wird der Schlüssel vergessen und aller Text vom Bildschirm genommen.</translation>
    </message>
    <message>
        <source>Set.</source>
        <translation>Festgelegt.</translation>
    </message>
    <message>
        <source>None. Set one to be able to lock.</source>
        <translation>Keine. Legen Sie eine fest, um sperren zu können.</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern…</translation>
    </message>
    <message>
        <source>Change the passphrase</source>
        <translation>Passphrase ändern</translation>
    </message>
    <message>
        <source>Set a passphrase</source>
        <translation>Passphrase festlegen</translation>
    </message>
    <message>
        <source>A code on paper: made</source>
        <translation>Ein Code auf Papier: vorhanden</translation>
    </message>
    <message>
        <source>A code on paper: none yet</source>
        <translation>Ein Code auf Papier: noch keiner</translation>
    </message>
    <message>
        <source>Locking needs a passphrase.</source>
        <translation>Zum Sperren ist eine Passphrase nötig.</translation>
    </message>
    <message>
        <source>This account&apos;s keyring</source>
        <translation>Der Schlüsselbund dieses Kontos</translation>
    </message>
    <message>
        <source>A key file on this disk</source>
        <translation>Eine Schlüsseldatei auf dieser Festplatte</translation>
    </message>
    <message>
        <source>Your passphrase</source>
        <translation>Ihre Passphrase</translation>
    </message>
    <message>
        <source>Whoever is logged in as you can open it without being asked.</source>
        <translation>Wer unter Ihrem Namen angemeldet ist, kann ihn ungefragt öffnen.</translation>
    </message>
    <message>
        <source>No keyring that lasts was found. Whoever can read this account&apos;s files can open your history: set a passphrase.</source>
        <translation>Es wurde kein dauerhafter Schlüsselbund gefunden. Wer die Dateien dieses Kontos lesen kann, kann Ihren Verlauf öffnen: Legen Sie eine Passphrase fest.</translation>
    </message>
    <message>
        <source>Nothing on this computer opens it without you.</source>
        <translation>Nichts auf diesem Computer öffnet ihn ohne Sie.</translation>
    </message>
    <message>
        <source>Setting the passphrase</source>
        <translation>Die Passphrase wird festgelegt</translation>
    </message>
    <message>
        <source>The passphrase is set.</source>
        <translation>Die Passphrase ist festgelegt.</translation>
    </message>
    <message>
        <source>Type the passphrase, the old one or a new one, to change this.</source>
        <translation>Geben Sie die Passphrase ein, die alte oder eine neue, um das zu ändern.</translation>
    </message>
    <message>
        <source>Remove the passphrase?</source>
        <translation>Passphrase entfernen?</translation>
    </message>
    <message>
        <source>Nearhalf then opens without asking for whoever is logged in as you, and cannot be locked.</source>
        <translation>Nearhalf öffnet sich dann ungefragt für jeden, der unter Ihrem Namen angemeldet ist, und lässt sich nicht sperren.</translation>
    </message>
    <message>
        <source>Removing the passphrase</source>
        <translation>Die Passphrase wird entfernt</translation>
    </message>
    <message>
        <source>The passphrase is removed.</source>
        <translation>Die Passphrase ist entfernt.</translation>
    </message>
    <message>
        <source>Make a new recovery code?</source>
        <translation>Einen neuen Wiederherstellungscode erstellen?</translation>
    </message>
    <message>
        <source>The one you have stops working for this history. Older backups still open with it.</source>
        <translation>Der bisherige gilt für diesen Verlauf dann nicht mehr. Ältere Sicherungen öffnet er weiterhin.</translation>
    </message>
    <message>
        <source>Make a new one</source>
        <translation>Neuen erstellen</translation>
    </message>
    <message>
        <source>Making a recovery code</source>
        <translation>Ein Wiederherstellungscode wird erstellt</translation>
    </message>
</context>
<context>
    <name>ProtectionScreen</name>
    <message>
        <source>Your history is encrypted on this disk</source>
        <translation>Ihr Verlauf ist auf dieser Festplatte verschlüsselt</translation>
    </message>
    <message>
        <source>Set a passphrase…</source>
        <translation>Passphrase festlegen…</translation>
    </message>
    <message>
        <source>Passphrase (you may leave it out)</source>
        <translation>Passphrase (kann entfallen)</translation>
    </message>
    <message>
        <source>With one you can lock Nearhalf, and have it ask at every start.</source>
        <translation>Mit einer Passphrase können Sie Nearhalf sperren und bei jedem Start danach fragen lassen.</translation>
    </message>
    <message>
        <source>Make a recovery code…</source>
        <translation>Wiederherstellungscode erstellen…</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Wiederherstellungscode</translation>
    </message>
    <message>
        <source>Print it or write it down. It opens your history and backups when all else is lost.</source>
        <translation>Drucken Sie ihn oder schreiben Sie ihn auf. Er öffnet Verlauf und Sicherungen, wenn alles andere verloren ist.</translation>
    </message>
    <message>
        <source>This account&apos;s keyring holds the key: Nearhalf opens without asking while you are logged in.</source>
        <translation>Der Schlüsselbund dieses Kontos hat den Schlüssel: Nearhalf öffnet sich ungefragt, solange Sie angemeldet sind.</translation>
    </message>
    <message>
        <source>Your passphrase opens it; nothing on this computer does without you.</source>
        <translation>Ihre Passphrase öffnet ihn; nichts auf diesem Computer tut es ohne Sie.</translation>
    </message>
    <message>
        <source>This computer has no keyring that lasts, so the key lies in a file that only your account reads. Set a passphrase if others use this account or the disk could be taken.</source>
        <translation>Dieser Computer hat keinen dauerhaften Schlüsselbund. Der Schlüssel liegt deshalb in einer Datei, die nur Ihr Konto liest. Legen Sie eine Passphrase fest, wenn andere dieses Konto benutzen oder die Festplatte abhandenkommen könnte.</translation>
    </message>
    <message>
        <source>Passphrase: set</source>
        <translation>Passphrase: festgelegt</translation>
    </message>
    <message>
        <source>Change it…</source>
        <translation>Ändern…</translation>
    </message>
    <message>
        <source>Recovery code: made</source>
        <translation>Wiederherstellungscode: vorhanden</translation>
    </message>
    <message>
        <source>Make a new one…</source>
        <translation>Neuen erstellen…</translation>
    </message>
    <message>
        <source>Setting the passphrase</source>
        <translation>Die Passphrase wird festgelegt</translation>
    </message>
    <message>
        <source>Making a recovery code</source>
        <translation>Ein Wiederherstellungscode wird erstellt</translation>
    </message>
</context>
<context>
    <name>ReadingDesk</name>
    <message>
        <source>Reply copied</source>
        <translation>Antwort kopiert</translation>
    </message>
    <message>
        <source>Code copied</source>
        <translation>Code kopiert</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Nothing is selected in the conversation.</source>
        <translation>Im Gespräch ist nichts ausgewählt.</translation>
    </message>
    <message>
        <source>{title} (selection)</source>
        <translation>{title} (Auswahl)</translation>
    </message>
</context>
<context>
    <name>ReadyScreen</name>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>This is how it stands. All of it can be changed in the settings.</source>
        <translation>So steht es jetzt. Alles davon lässt sich in den Einstellungen ändern.</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>Backend</translation>
    </message>
    <message>
        <source>The built-in one: it starts beside Nearhalf, on this computer.</source>
        <translation>Das eingebaute: Es startet neben Nearhalf, auf diesem Computer.</translation>
    </message>
    <message>
        <source>{name}: whoever runs it could rebuild your text from the numbers.</source>
        <translation>{name}: Wer es betreibt, könnte Ihren Text aus den Zahlen wiederherstellen.</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Finding your way</source>
        <translation>Sich zurechtfinden</translation>
    </message>
    <message>
        <source>F1 lists every key, Ctrl+Shift+P every command. The line below a chat counts what leaves.</source>
        <translation>F1 zeigt alle Tasten, Strg+Umschalt+P alle Befehle. Die Zeile unter einem Chat zählt, was hinausgeht.</translation>
    </message>
    <message>
        <source>this account&apos;s keyring</source>
        <translation>der Schlüsselbund dieses Kontos</translation>
    </message>
    <message>
        <source>a key file of this account</source>
        <translation>eine Schlüsseldatei dieses Kontos</translation>
    </message>
    <message>
        <source>your passphrase</source>
        <translation>Ihre Passphrase</translation>
    </message>
    <message>
        <source>the recovery code</source>
        <translation>der Wiederherstellungscode</translation>
    </message>
    <message>
        <source>Encrypted. What opens it: {holders}.</source>
        <translation>Verschlüsselt. Was ihn öffnet: {holders}.</translation>
    </message>
</context>
<context>
    <name>RecoveryCode</name>
    <message>
        <source>Recovery code</source>
        <translation>Wiederherstellungscode</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Drucken…</translation>
    </message>
    <message>
        <source>Print the recovery code</source>
        <translation>Den Wiederherstellungscode drucken</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>Als Datei speichern…</translation>
    </message>
    <message>
        <source>Save the recovery code as a file</source>
        <translation>Den Wiederherstellungscode als Datei speichern</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the recovery code</source>
        <translation>Den Wiederherstellungscode kopieren</translation>
    </message>
    <message>
        <source>I have kept it</source>
        <translation>Ich habe ihn verwahrt</translation>
    </message>
    <message>
        <source>Copied. Other programs can read the clipboard: paste it soon, then copy something else.</source>
        <translation>Kopiert. Andere Programme können die Zwischenablage lesen: Fügen Sie ihn bald ein, und kopieren Sie dann etwas anderes.</translation>
    </message>
    <message>
        <source>Nearhalf recovery code</source>
        <translation>Wiederherstellungscode von Nearhalf</translation>
    </message>
    <message>
        <source>Save the recovery code</source>
        <translation>Wiederherstellungscode speichern</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>It could not be saved: {reason}.</source>
        <translation>Er konnte nicht gespeichert werden: {reason}.</translation>
    </message>
    <message>
        <source>Saved. Move the file off this computer: whoever has both can read your history.</source>
        <translation>Gespeichert. Nehmen Sie die Datei von diesem Computer: Wer beides hat, kann Ihren Verlauf lesen.</translation>
    </message>
    <message>
        <source>Sent to the printer.</source>
        <translation>An den Drucker gesendet.</translation>
    </message>
    <message>
        <source>Nearhalf: recovery code. With it, and the files of this computer or a backup made with it, your history can be opened. Keep it where nobody else looks.</source>
        <translation>Nearhalf: Wiederherstellungscode. Mit ihm und den Dateien dieses Computers oder einer damit gemachten Sicherung lässt sich Ihr Verlauf öffnen. Bewahren Sie ihn dort auf, wo niemand sonst nachsieht.</translation>
    </message>
</context>
<context>
    <name>RecoveryView</name>
    <message>
        <source>What an operator could rebuild</source>
        <translation>Was ein Betreiber wiederherstellen könnte</translation>
    </message>
    <message>
        <source>These attacks run here, on exactly the frames that were recorded, with public files only, as whoever runs the backend could run them. Nothing is sent for it.</source>
        <translation>Diese Angriffe laufen hier, auf genau den aufgezeichneten Frames und nur mit öffentlichen Dateien, so wie sie ausführen könnte, wer das Backend betreibt. Gesendet wird dafür nichts.</translation>
    </message>
</context>
<context>
    <name>RedactionPage</name>
    <message>
        <source>Names, numbers and secrets can be replaced by others of the same kind before a message becomes numbers. The reply is put back as it comes. Who records the numbers can rebuild the text with the replacements in it; everything that was not found is still there as you wrote it.</source>
        <translation>Namen, Nummern und Geheimnisse können durch andere der gleichen Art ersetzt werden, bevor aus einer Nachricht Zahlen werden. In der Antwort werden sie zurückgesetzt, während sie kommt. Wer die Zahlen aufzeichnet, kann den Text mit den Ersetzungen darin rekonstruieren; alles, was nicht gefunden wurde, steht darin, wie Sie es geschrieben haben.</translation>
    </message>
    <message>
        <source>Replace in every chat</source>
        <translation>In jedem Chat ersetzen</translation>
    </message>
    <message>
        <source>A chat can choose differently, in its options.</source>
        <translation>Ein Chat kann es in seinen Optionen anders halten.</translation>
    </message>
    <message>
        <source>What is replaced</source>
        <translation>Was ersetzt wird</translation>
    </message>
    <message>
        <source>Names are found by a language model on this computer; it misses some. Check the line under the field.</source>
        <translation>Namen findet ein Sprachmodell auf diesem Computer; manche übersieht es. Prüfen Sie die Zeile unter dem Feld.</translation>
    </message>
    <message>
        <source>Replies about them become less useful.</source>
        <translation>Antworten darüber werden weniger nützlich.</translation>
    </message>
    <message>
        <source>Words that are always replaced</source>
        <translation>Wörter, die immer ersetzt werden</translation>
    </message>
    <message>
        <source>One word or phrase a line, for example the name of a project</source>
        <translation>Ein Wort oder Ausdruck je Zeile, zum Beispiel der Name eines Projekts</translation>
    </message>
    <message>
        <source>Your own list</source>
        <translation>Ihre eigene Liste</translation>
    </message>
    <message>
        <source>Replaced wherever they stand as words. Encrypted with your history.</source>
        <translation>Überall ersetzt, wo sie als Wörter stehen. Mit Ihrem Verlauf verschlüsselt.</translation>
    </message>
    <message>
        <source>Saved. It is in force from the next message on.</source>
        <translation>Gespeichert. Gilt ab der nächsten Nachricht.</translation>
    </message>
</context>
<context>
    <name>RedactionStrip</name>
    <message>
        <source>Replaced before sending</source>
        <translation>Vor dem Senden ersetzt</translation>
    </message>
    <message>
        <source>1 text is replaced before sending</source>
        <translation>1 Text wird vor dem Senden ersetzt</translation>
    </message>
    <message>
        <source>%n texts are replaced before sending</source>
        <translation>%n Texte werden vor dem Senden ersetzt</translation>
    </message>
    <message>
        <source>1 is sent as it is</source>
        <translation>1 wird gesendet, wie er ist</translation>
    </message>
    <message>
        <source>%n are sent as they are</source>
        <translation>%n werden gesendet, wie sie sind</translation>
    </message>
    <message>
        <source>{words}. The first {number}:</source>
        <translation>{words}. Die ersten {number}:</translation>
    </message>
    <message>
        <source>{real}: as it is</source>
        <translation>{real}: wie es ist</translation>
    </message>
    <message>
        <source>{kind}: {real} is sent as it is. Press to replace it.</source>
        <translation>{kind}: {real} wird gesendet, wie es ist. Drücken, um es zu ersetzen.</translation>
    </message>
    <message>
        <source>{real} → {stand_in}</source>
        <translation>{real} → {stand_in}</translation>
    </message>
    <message>
        <source>{kind}: {real} is sent as {stand_in}. Press to send it as it is.</source>
        <translation>{kind}: {real} wird als {stand_in} gesendet. Drücken, um es zu senden, wie es ist.</translation>
    </message>
</context>
<context>
    <name>ReleaseDialog</name>
    <message>
        <source>A new version</source>
        <translation>Eine neue Version</translation>
    </message>
    <message>
        <source>Version {version} is out</source>
        <translation>Version {version} ist da</translation>
    </message>
    <message>
        <source>This is version {version}.</source>
        <translation>Dies ist Version {version}.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Was neu ist</translation>
    </message>
    <message>
        <source>Nothing was downloaded, and nothing is installed by itself. These words are those of the release feed, which nobody has signed.</source>
        <translation>Nichts wurde heruntergeladen, und nichts wird von selbst installiert. Diese Worte stammen aus dem Release-Feed, den niemand signiert hat.</translation>
    </message>
    <message>
        <source>SHA-256 of the archive, to compare:</source>
        <translation>SHA-256-Wert des Archivs, zum Vergleichen:</translation>
    </message>
    <message>
        <source>Open its page…</source>
        <translation>Ihre Seite öffnen…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The browser is another program: what it sends is not counted here. The address is the release feed&apos;s.</source>
        <translation>Der Browser ist ein anderes Programm: Was er sendet, wird hier nicht gezählt. Die Adresse stammt aus dem Release-Feed.</translation>
    </message>
</context>
<context>
    <name>Remark</name>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>ReplyDesk</name>
    <message>
        <source>This is a new chat with a copy of the conversation up to here</source>
        <translation>Dies ist ein neuer Chat mit einer Kopie der Unterhaltung bis hierher</translation>
    </message>
</context>
<context>
    <name>ReportWindow</name>
    <message>
        <source>Report on a problem</source>
        <translation>Bericht über ein Problem</translation>
    </message>
    <message>
        <source>The whole report</source>
        <translation>Der ganze Bericht</translation>
    </message>
    <message>
        <source>Search in the report</source>
        <translation>Im Bericht suchen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>Als Datei speichern…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>What is in it</source>
        <translation>Was darin steht</translation>
    </message>
    <message>
        <source>What was taken out</source>
        <translation>Was entfernt wurde</translation>
    </message>
    <message>
        <source>See what is in this report</source>
        <translation>Sehen, was in diesem Bericht steht</translation>
    </message>
    <message>
        <source>Nothing is sent. This is the whole text, as you copy or save it; whom you give it to is up to you. It is made without chats, tokens, keys and passphrases. Read it all the same.</source>
        <translation>Nichts wird gesendet. Dies ist der ganze Text, so wie Sie ihn kopieren oder speichern; wem Sie ihn geben, entscheiden Sie. Er wird ohne Chats, Token, Schlüssel und Passphrasen erstellt. Lesen Sie ihn trotzdem.</translation>
    </message>
    <message>
        <source>Nothing had to be.</source>
        <translation>Nichts musste entfernt werden.</translation>
    </message>
    <message>
        <source>1 place</source>
        <translation>1 Fundstelle</translation>
    </message>
    <message>
        <source>%n places</source>
        <translation>%n Fundstellen</translation>
    </message>
    <message>
        <source>Not in it</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>The report could not be saved: {reason}.</source>
        <translation>Der Bericht konnte nicht gespeichert werden: {reason}.</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gespeichert.</translation>
    </message>
</context>
<context>
    <name>RestoreForm</name>
    <message>
        <source>Choose the backup…</source>
        <translation>Sicherung auswählen…</translation>
    </message>
    <message>
        <source>Passphrase or recovery code of that backup</source>
        <translation>Passphrase oder Wiederherstellungscode dieser Sicherung</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Zurückspielen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>It replaces your history, settings and adapters. What is here now is kept beside it.</source>
        <translation>Sie ersetzt Verlauf, Einstellungen und Adapter. Was jetzt hier ist, bleibt daneben erhalten.</translation>
    </message>
    <message>
        <source>Restore a backup</source>
        <translation>Sicherung zurückspielen</translation>
    </message>
    <message>
        <source>Nearhalf backups (*.nhb);;All files (*)</source>
        <translation>Nearhalf-Sicherungen (*.nhb);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Checking the backup, then restoring it</source>
        <translation>Die Sicherung wird geprüft und dann zurückgespielt</translation>
    </message>
</context>
<context>
    <name>SamplingForm</name>
    <message>
        <source>another each time</source>
        <translation>jedes Mal neu</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>How freely words are chosen. 0 always takes the likeliest; above 1 it becomes wild.</source>
        <translation>Wie frei die Wörter gewählt werden. 0 nimmt immer das wahrscheinlichste; über 1 wird es wild.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Choose among the likeliest tokens that together have this share. 1 means no limit.</source>
        <translation>Unter den wahrscheinlichsten Token wählen, die zusammen diesen Anteil haben. 1 heißt: keine Grenze.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Choose among this many likeliest tokens. 0 means no limit.</source>
        <translation>Unter so vielen wahrscheinlichsten Token wählen. 0 heißt: keine Grenze.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Leave out what is less likely than this share of the likeliest. 0 means no limit.</source>
        <translation>Auslassen, was weniger wahrscheinlich ist als dieser Anteil des wahrscheinlichsten. 0 heißt: keine Grenze.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>Wiederholungsabzug</translation>
    </message>
    <message>
        <source>Above 1, what was said before is said again less often. 1 means none.</source>
        <translation>Über 1 wird schon Gesagtes seltener wiederholt. 1 heißt: kein Abzug.</translation>
    </message>
    <message>
        <source>Longest reply</source>
        <translation>Längste Antwort</translation>
    </message>
    <message>
        <source>In tokens. A cut reply can be continued.</source>
        <translation>In Token. Eine abgeschnittene Antwort kann fortgesetzt werden.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>A number makes replies repeat: same words, same seed, same reply.</source>
        <translation>Mit einer Zahl wiederholen sich Antworten: gleiche Wörter, gleicher Startwert, gleiche Antwort.</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>Stopptexte</translation>
    </message>
    <message>
        <source>One a line. A reply ends before the first that it meets.</source>
        <translation>Einer je Zeile. Eine Antwort endet vor dem ersten, auf den sie trifft.</translation>
    </message>
    <message>
        <source>The seed must be a whole number, or empty.</source>
        <translation>Der Startwert muss eine ganze Zahl sein oder leer bleiben.</translation>
    </message>
</context>
<context>
    <name>SecretField</name>
    <message>
        <source>Show what is typed</source>
        <translation>Eingabe zeigen</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Version {version} is out.</source>
        <translation>Version {version} ist da.</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Was neu ist</translation>
    </message>
</context>
<context>
    <name>SettingsWindow</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Backends</source>
        <translation>Backends</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>Adapter</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Privacy and lock</source>
        <translation>Privatsphäre und Sperre</translation>
    </message>
    <message>
        <source>Redaction</source>
        <translation>Schwärzung</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Speicher</translation>
    </message>
</context>
<context>
    <name>ShortcutRow</name>
    <message>
        <source>New keys for {action}</source>
        <translation>Neue Tasten für {action}</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Reset the keys of {action}</source>
        <translation>Die Tasten von {action} zurücksetzen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>{action}: {keys}. Change</source>
        <translation>{action}: {keys}. Ändern</translation>
    </message>
    <message>
        <source>Also wanted by: {actions}</source>
        <translation>Auch gewünscht von: {actions}</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Change the keys…</source>
        <translation>Tasten ändern…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>ShortcutsPage</name>
    <message>
        <source>Press a key to change it, then the new combination. Backspace means none.</source>
        <translation>Drücken Sie auf eine Taste, um sie zu ändern, dann die neue Kombination. Die Rücktaste heißt: keine.</translation>
    </message>
    <message>
        <source>Search actions or keys</source>
        <translation>Aktionen oder Tasten suchen</translation>
    </message>
    <message>
        <source>No action has these words or keys.</source>
        <translation>Keine Aktion hat diese Wörter oder Tasten.</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Two actions want the same keys.</source>
        <translation>Zwei Aktionen wollen dieselben Tasten.</translation>
    </message>
    <message>
        <source>Only the first in the list gets them. Change one of those marked below.</source>
        <translation>Nur die erste in der Liste bekommt sie. Ändern Sie unten eine der markierten.</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Search all chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>No chats yet. What you write is kept here, encrypted, on this computer only.</source>
        <translation>Noch keine Chats. Was Sie schreiben, bleibt hier, verschlüsselt, nur auf diesem Computer.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”. Every word must occur; beginnings of words count.</source>
        <translation>Nichts gefunden für „{words}“. Jedes Wort muss vorkommen; Wortanfänge zählen.</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>Suchergebnisse</translation>
    </message>
</context>
<context>
    <name>SizeBar</name>
    <message>
        <source>{size} on this disk</source>
        <translation>{size} auf dieser Festplatte</translation>
    </message>
</context>
<context>
    <name>SpellingDesk</name>
    <message>
        <source>1 word may be misspelt: {words}</source>
        <translation>1 Wort ist vielleicht falsch geschrieben: {words}</translation>
    </message>
    <message>
        <source>%n words may be misspelt: {words}</source>
        <translation>%n Wörter sind vielleicht falsch geschrieben: {words}</translation>
    </message>
</context>
<context>
    <name>SpellingMenu</name>
    <message>
        <source>Looking for suggestions</source>
        <translation>Vorschläge werden gesucht</translation>
    </message>
    <message>
        <source>Add to dictionary</source>
        <translation>Zum Wörterbuch hinzufügen</translation>
    </message>
    <message>
        <source>Ignore in this draft</source>
        <translation>In diesem Entwurf ignorieren</translation>
    </message>
    <message>
        <source>No suggestions</source>
        <translation>Keine Vorschläge</translation>
    </message>
</context>
<context>
    <name>SpellingPart</name>
    <message>
        <source>Spelling</source>
        <translation>Rechtschreibung</translation>
    </message>
    <message>
        <source>Words that none of these languages knows get a wavy line while you write. It is checked on this computer, with lists that came with Nearhalf.</source>
        <translation>Wörter, die keine dieser Sprachen kennt, bekommen beim Schreiben eine Wellenlinie. Geprüft wird auf diesem Computer, mit Listen, die mit Nearhalf kamen.</translation>
    </message>
    <message>
        <source>Check spelling</source>
        <translation>Rechtschreibung prüfen</translation>
    </message>
    <message>
        <source>In the field in which messages are written.</source>
        <translation>In dem Feld, in dem Nachrichten geschrieben werden.</translation>
    </message>
    <message>
        <source>Your own words</source>
        <translation>Ihre eigenen Wörter</translation>
    </message>
    <message>
        <source>One word a line</source>
        <translation>Ein Wort je Zeile</translation>
    </message>
    <message>
        <source>Never marked. Those that you add from the field&apos;s menu stand here. Encrypted with your history.</source>
        <translation>Nie markiert. Hier stehen auch die, die Sie über das Menü des Feldes hinzufügen. Mit Ihrem Verlauf verschlüsselt.</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gespeichert.</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Who could still read it</source>
        <translation>Wer es noch lesen könnte</translation>
    </message>
    <message>
        <source>What stays here</source>
        <translation>Was hier bleibt</translation>
    </message>
    <message>
        <source>This chat is never stored</source>
        <translation>Dieser Chat wird nie gespeichert</translation>
    </message>
    <message>
        <source>Your messages and the replies, in memory only. They are gone when Nearhalf is closed or locked, and no search finds them afterwards.</source>
        <translation>Ihre Nachrichten und die Antworten, nur im Arbeitsspeicher. Sie sind weg, sobald Nearhalf beendet oder gesperrt wird, und keine Suche findet sie danach.</translation>
    </message>
    <message>
        <source>Your words stay on this computer</source>
        <translation>Ihre Wörter bleiben auf diesem Computer</translation>
    </message>
    <message>
        <source>Your messages and the replies, encrypted: the near half of the model turns them into numbers here.</source>
        <translation>Ihre Nachrichten und die Antworten, verschlüsselt: Die nahe Hälfte des Modells macht hier Zahlen daraus.</translation>
    </message>
    <message>
        <source>Numbers, once a token, to the backend that runs the other half. The line below counts them.</source>
        <translation>Zahlen, einmal je Token, an das Backend, auf dem die andere Hälfte läuft. Die Zeile unten zählt sie.</translation>
    </message>
    <message>
        <source>What leaves</source>
        <translation>Was hinausgeht</translation>
    </message>
    <message>
        <source>Explain why the sky is blue, in three sentences.</source>
        <translation>Erkläre in drei Sätzen, warum der Himmel blau ist.</translation>
    </message>
    <message>
        <source>Write a Python function that reverses a string.</source>
        <translation>Schreibe eine Python-Funktion, die eine Zeichenkette umkehrt.</translation>
    </message>
    <message>
        <source>Suggest a name for a small bakery by the sea.</source>
        <translation>Schlage einen Namen für eine kleine Bäckerei am Meer vor.</translation>
    </message>
    <message>
        <source>Example: {text}</source>
        <translation>Beispiel: {text}</translation>
    </message>
</context>
<context>
    <name>StoragePage</name>
    <message>
        <source>Copies</source>
        <translation>Kopien</translation>
    </message>
    <message>
        <source>Back up…</source>
        <translation>Sichern…</translation>
    </message>
    <message>
        <source>Backup</source>
        <translation>Sicherung</translation>
    </message>
    <message>
        <source>One encrypted file with history, settings and adapters. It opens with the passphrase or the recovery code of today.</source>
        <translation>Eine verschlüsselte Datei mit Verlauf, Einstellungen und Adaptern. Sie öffnet sich mit der Passphrase oder dem Wiederherstellungscode von heute.</translation>
    </message>
    <message>
        <source>Restore…</source>
        <translation>Zurückspielen…</translation>
    </message>
    <message>
        <source>Restore a backup</source>
        <translation>Sicherung zurückspielen</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Zurückspielen</translation>
    </message>
    <message>
        <source>Bring a backup back.</source>
        <translation>Eine Sicherung wiederherstellen.</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>HTML</source>
        <translation>HTML</translation>
    </message>
    <message>
        <source>Form of the export</source>
        <translation>Form des Exports</translation>
    </message>
    <message>
        <source>Export all…</source>
        <translation>Alle exportieren…</translation>
    </message>
    <message>
        <source>Export all chats</source>
        <translation>Alle Chats exportieren</translation>
    </message>
    <message>
        <source>Files that other programs read. They are not encrypted. JSON can be imported again.</source>
        <translation>Dateien, die andere Programme lesen. Sie sind nicht verschlüsselt. JSON kann wieder importiert werden.</translation>
    </message>
    <message>
        <source>Delete everything</source>
        <translation>Alles löschen</translation>
    </message>
    <message>
        <source>delete</source>
        <translation>löschen</translation>
    </message>
    <message>
        <source>History, keys, adapters, fine-tuning jobs, backends with their tokens, device packs, the ledger and the logs. Nothing brings them back but a backup that you made. Backups elsewhere stay.</source>
        <translation>Verlauf, Schlüssel, Adapter, Feinabstimmungen, Backends mit ihren Token, Gerätepakete, das Sendeprotokoll und die Protokolldateien. Nur eine Sicherung, die Sie gemacht haben, bringt sie zurück. Sicherungen anderswo bleiben.</translation>
    </message>
    <message>
        <source>Type “{word}”</source>
        <translation>„{word}“ eingeben</translation>
    </message>
    <message>
        <source>Type “{word}” to confirm</source>
        <translation>Zur Bestätigung „{word}“ eingeben</translation>
    </message>
    <message>
        <source>Adding up</source>
        <translation>Wird zusammengezählt</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>Adapter</translation>
    </message>
    <message>
        <source>Fine-tuning jobs, with their notes</source>
        <translation>Feinabstimmungen mit ihren Notizen</translation>
    </message>
    <message>
        <source>Device packs</source>
        <translation>Gerätepakete</translation>
    </message>
    <message>
        <source>Models of the built-in backend</source>
        <translation>Modelle des eingebauten Backends</translation>
    </message>
    <message>
        <source>Ledger of what left</source>
        <translation>Sendeprotokoll</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolldateien</translation>
    </message>
    <message>
        <source>Back up</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Nearhalf backups (*.nhb)</source>
        <translation>Nearhalf-Sicherungen (*.nhb)</translation>
    </message>
    <message>
        <source>Writing the backup</source>
        <translation>Die Sicherung wird geschrieben</translation>
    </message>
    <message>
        <source>The backup is written: {name}.</source>
        <translation>Die Sicherung ist geschrieben: {name}.</translation>
    </message>
    <message>
        <source>Keep it on another disk, and the recovery code somewhere else.</source>
        <translation>Bewahren Sie sie auf einem anderen Datenträger auf, und den Wiederherstellungscode woanders.</translation>
    </message>
    <message>
        <source>The backup is restored.</source>
        <translation>Die Sicherung ist zurückgespielt.</translation>
    </message>
    <message>
        <source>Export all chats to a folder</source>
        <translation>Alle Chats in einen Ordner exportieren</translation>
    </message>
    <message>
        <source>1 chat is in {folder}.</source>
        <translation>1 Chat liegt in {folder}.</translation>
    </message>
    <message>
        <source>{count} chats are in {folder}.</source>
        <translation>{count} Chats liegen in {folder}.</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>Wird exportiert</translation>
    </message>
    <message>
        <source>Deleting everything</source>
        <translation>Alles wird gelöscht</translation>
    </message>
</context>
<context>
    <name>Summary</name>
    <message>
        <source>Stop writing keys</source>
        <translation>Keine Schlüssel mehr schreiben</translation>
    </message>
    <message>
        <source>Replace names and numbers</source>
        <translation>Namen und Nummern ersetzen</translation>
    </message>
    <message>
        <source>What an operator may be able to rebuild</source>
        <translation>Was ein Betreiber wiederherstellen können darf</translation>
    </message>
    <message>
        <source>Use a backend of your own</source>
        <translation>Ein eigenes Backend verwenden</translation>
    </message>
    <message>
        <source>Try every attack</source>
        <translation>Jeden Angriff versuchen</translation>
    </message>
</context>
<context>
    <name>Title</name>
    <message>
        <source>Title of the chat</source>
        <translation>Titel des Chats</translation>
    </message>
    <message>
        <source>Automatic title</source>
        <translation>Automatischer Titel</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>TokenLink</name>
    <message>
        <source>Token {token} of this message, position {position}: 1 frame, {bytes} bytes up</source>
        <translation>Token {token} dieser Nachricht, Position {position}: 1 Frame, {bytes} Byte hinauf</translation>
    </message>
    <message>
        <source>Token {token} of this message, position {position}: %n frames, {bytes} bytes up</source>
        <translation>Token {token} dieser Nachricht, Position {position}: %n Frames, {bytes} Byte hinauf</translation>
    </message>
</context>
<context>
    <name>TokenStrip</name>
    <message>
        <source>Tokens of the last exchange</source>
        <translation>Token des letzten Wortwechsels</translation>
    </message>
    <message>
        <source>Position {position}: a sign of the chat&apos;s form, with no text</source>
        <translation>Position {position}: ein Zeichen der Chatform, ohne Text</translation>
    </message>
    <message>
        <source>Position {position}: {text}</source>
        <translation>Position {position}: {text}</translation>
    </message>
</context>
<context>
    <name>TrafficLine</name>
    <message>
        <source>Nothing of this chat has been sent yet.</source>
        <translation>Von diesem Chat wurde noch nichts gesendet.</translation>
    </message>
    <message>
        <source>Sending the prompt: {done} of {total} positions</source>
        <translation>Die Eingabe wird gesendet: {done} von {total} Positionen</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show Nearhalf</source>
        <translation>Nearhalf zeigen</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>TuningChip</name>
    <message>
        <source>Fine-tuning</source>
        <translation>Feinabstimmung</translation>
    </message>
    <message>
        <source>{name}: {progress}</source>
        <translation>{name}: {progress}</translation>
    </message>
</context>
<context>
    <name>TuningHost</name>
    <message>
        <source>“{name}” is a folder. Have the model learn from the notes in it?</source>
        <translation>„{name}“ ist ein Ordner. Soll das Modell aus den Notizen darin lernen?</translation>
    </message>
    <message>
        <source>Fine-tune…</source>
        <translation>Feinabstimmen…</translation>
    </message>
    <message>
        <source>The fine-tuning “{name}” is done.</source>
        <translation>Die Feinabstimmung „{name}“ ist fertig.</translation>
    </message>
    <message>
        <source>See the result</source>
        <translation>Ergebnis ansehen</translation>
    </message>
    <message>
        <source>The fine-tuning goes on. You find it below the list of chats.</source>
        <translation>Die Feinabstimmung läuft weiter. Sie finden sie unter der Liste der Chats.</translation>
    </message>
</context>
<context>
    <name>TuningWindow</name>
    <message>
        <source>Fine-tune on your notes</source>
        <translation>Feinabstimmung mit Ihren Notizen</translation>
    </message>
    <message>
        <source>All fine-tunings</source>
        <translation>Alle Feinabstimmungen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>The new training has started, but the earlier result could not be deleted.</source>
        <translation>Das neue Training hat begonnen, aber das frühere Ergebnis konnte nicht gelöscht werden.</translation>
    </message>
    <message>
        <source>The new training has started. The earlier result is deleted.</source>
        <translation>Das neue Training hat begonnen. Das frühere Ergebnis ist gelöscht.</translation>
    </message>
    <message>
        <source>The new training has started.</source>
        <translation>Das neue Training hat begonnen.</translation>
    </message>
    <message>
        <source>The earlier result still knows what came out. You find it under All fine-tunings.</source>
        <translation>Das frühere Ergebnis weiß noch, was herauskam. Sie finden es unter Alle Feinabstimmungen.</translation>
    </message>
    <message>
        <source>The adapter is kept, on this computer only.</source>
        <translation>Der Adapter ist gespeichert, nur auf diesem Computer.</translation>
    </message>
    <message>
        <source>Chats use it from now on.</source>
        <translation>Chats verwenden ihn ab jetzt.</translation>
    </message>
    <message>
        <source>The settings switch it on.</source>
        <translation>In den Einstellungen schalten Sie ihn ein.</translation>
    </message>
    <message>
        <source>Step {place} of {of}</source>
        <translation>Schritt {place} von {of}</translation>
    </message>
</context>
<context>
    <name>UpdatesPart</name>
    <message>
        <source>New versions</source>
        <translation>Neue Versionen</translation>
    </message>
    <message>
        <source>This is version {version}.</source>
        <translation>Dies ist Version {version}.</translation>
    </message>
    <message>
        <source>Look now</source>
        <translation>Jetzt nachsehen</translation>
    </message>
    <message>
        <source>Look for a new version now</source>
        <translation>Jetzt nach einer neuen Version sehen</translation>
    </message>
    <message>
        <source>Look for a new version</source>
        <translation>Nach einer neuen Version sehen</translation>
    </message>
    <message>
        <source>Address of the release feed</source>
        <translation>Adresse des Release-Feeds</translation>
    </message>
    <message>
        <source>Look once a day, when Nearhalf starts</source>
        <translation>Einmal am Tag nachsehen, wenn Nearhalf startet</translation>
    </message>
    <message>
        <source>The same question, by itself. Off, Nearhalf never asks unless you press the button.</source>
        <translation>Dieselbe Frage, von selbst. Ist dies aus, fragt Nearhalf nie, außer Sie drücken den Knopf.</translation>
    </message>
    <message>
        <source>One request goes to {host}. It says neither your version nor who you are, and carries no token. {host} sees that somebody with your network&apos;s address asks for Nearhalf, and when. It is in the record of what left, as an update check.</source>
        <translation>Eine Anfrage geht an {host}. Sie sagt weder, welche Version Sie haben, noch, wer Sie sind, und enthält kein Token. {host} sieht, dass jemand mit der Adresse Ihres Netzes nach Nearhalf fragt, und wann. Sie steht als Versionsabfrage im Sendeprotokoll.</translation>
    </message>
    <message>
        <source>There is no address to ask yet, so nothing is ever asked.</source>
        <translation>Noch gibt es keine Adresse, also wird nie etwas gefragt.</translation>
    </message>
    <message>
        <source>An https address of a small file. Nothing is downloaded or installed by itself.</source>
        <translation>Eine https-Adresse einer kleinen Datei. Nichts wird von selbst heruntergeladen oder installiert.</translation>
    </message>
    <message>
        <source>None is published yet, so this starts empty. Whoever gives you Nearhalf can tell you theirs. Nothing is downloaded or installed by itself.</source>
        <translation>Noch ist keine veröffentlicht, deshalb ist dies anfangs leer. Wer Ihnen Nearhalf gibt, kann Ihnen seine nennen. Nichts wird von selbst heruntergeladen oder installiert.</translation>
    </message>
    <message>
        <source>Asking for the newest version</source>
        <translation>Nach der neuesten Version wird gefragt</translation>
    </message>
    <message>
        <source>There is no newer version.</source>
        <translation>Es gibt keine neuere Version.</translation>
    </message>
    <message>
        <source>Version {version} is out.</source>
        <translation>Version {version} ist da.</translation>
    </message>
</context>
<context>
    <name>VaultField</name>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
</context>
<context>
    <name>VerdictPage</name>
    <message>
        <source>Show the curves</source>
        <translation>Kurven zeigen</translation>
    </message>
    <message>
        <source>Judge for yourself</source>
        <translation>Urteilen Sie selbst</translation>
    </message>
    <message>
        <source>Which of the two is fine-tuned shows after your choice.</source>
        <translation>Welche der beiden vom feinabgestimmten Modell kommt, zeigt sich nach Ihrer Wahl.</translation>
    </message>
    <message>
        <source>What else changed</source>
        <translation>Was sich sonst geändert hat</translation>
    </message>
    <message>
        <source>Secrets of your notes</source>
        <translation>Geheimnisse Ihrer Notizen</translation>
    </message>
    <message>
        <source>General questions</source>
        <translation>Allgemeine Fragen</translation>
    </message>
    <message>
        <source>Keep it?</source>
        <translation>Behalten?</translation>
    </message>
    <message>
        <source>Name of the adapter</source>
        <translation>Name des Adapters</translation>
    </message>
    <message>
        <source>Use it in chats from now on</source>
        <translation>Ab jetzt in Chats verwenden</translation>
    </message>
    <message>
        <source>The settings change it at any time.</source>
        <translation>Das lässt sich jederzeit in den Einstellungen ändern.</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Verwerfen…</translation>
    </message>
    <message>
        <source>What it knows</source>
        <translation>Was er weiß</translation>
    </message>
    <message>
        <source>Delete this result once the new training has started</source>
        <translation>Dieses Ergebnis löschen, sobald das neue Training begonnen hat</translation>
    </message>
    <message>
        <source>It knows what came out, and its copy of your notes holds it. Your own files and adapters that you kept stay.</source>
        <translation>Es weiß, was herauskam, und auch seine Kopie Ihrer Notizen enthält es. Ihre eigenen Dateien und behaltene Adapter bleiben.</translation>
    </message>
    <message>
        <source>Take it out and train again</source>
        <translation>Herausnehmen und neu trainieren</translation>
    </message>
    <message>
        <source>Tested on {held}, learned from {train}</source>
        <translation>Getestet an {held}, gelernt aus {train}</translation>
    </message>
    <message>
        <source>Keeping the adapter</source>
        <translation>Der Adapter wird gespeichert</translation>
    </message>
    <message>
        <source>Taking it out, and starting again</source>
        <translation>Es wird herausgenommen und neu begonnen</translation>
    </message>
    <message>
        <source>Discard this result?</source>
        <translation>Dieses Ergebnis verwerfen?</translation>
    </message>
    <message>
        <source>Deleted: the adapter, its copy of your notes and its checkpoints. Kept: your own files, your chats, and adapters that you kept before.</source>
        <translation>Gelöscht werden der Adapter, seine Kopie Ihrer Notizen und seine Zwischenstände. Erhalten bleiben Ihre eigenen Dateien, Ihre Chats und Adapter, die Sie früher behalten haben.</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation>Wird gelöscht</translation>
    </message>
</context>
<context>
    <name>WatchPage</name>
    <message>
        <source>Progress of the fine-tuning</source>
        <translation>Fortschritt der Feinabstimmung</translation>
    </message>
    <message>
        <source>How it goes on from a held-back note</source>
        <translation>Wie das Modell eine zurückgehaltene Notiz fortsetzt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausieren</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Stop and keep the best</source>
        <translation>Beenden und das Beste behalten</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>Verwerfen…</translation>
    </message>
    <message>
        <source>You may close this window, and Nearhalf too: it goes on by itself, and you find it here.</source>
        <translation>Sie können dieses Fenster schließen, und auch Nearhalf: Es geht von selbst weiter, und Sie finden es hier.</translation>
    </message>
    <message>
        <source>Fine-tuning: {name}</source>
        <translation>Feinabstimmung: {name}</translation>
    </message>
    <message>
        <source>{state}. {progress}</source>
        <translation>{state}. {progress}</translation>
    </message>
    <message>
        <source>Backend: {backend}</source>
        <translation>Backend: {backend}</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>auf diesem Computer</translation>
    </message>
    <message>
        <source>Trained for {time}</source>
        <translation>Trainingszeit: {time}</translation>
    </message>
    <message>
        <source>Traffic: {up} up, {down} down, {trips} round trips</source>
        <translation>Verkehr: {up} hinauf, {down} herunter, {trips} Umläufe</translation>
    </message>
    <message>
        <source>At step {step} it goes on from “{prompt}” like this:</source>
        <translation>Bei Schritt {step} setzt das Modell „{prompt}“ so fort:</translation>
    </message>
    <message>
        <source>The fine-tuning stopped.</source>
        <translation>Die Feinabstimmung ist stehen geblieben.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>The fine-tuning waits.</source>
        <translation>Die Feinabstimmung wartet.</translation>
    </message>
    <message>
        <source>It goes on by itself.</source>
        <translation>Sie geht von selbst weiter.</translation>
    </message>
    <message>
        <source>Nothing has been tested yet.</source>
        <translation>Noch wurde nichts getestet.</translation>
    </message>
    <message>
        <source>Discard this fine-tuning?</source>
        <translation>Diese Feinabstimmung verwerfen?</translation>
    </message>
    <message>
        <source>Deleted: its copy of your notes, its checkpoints and what it learned. Kept: your own files, your chats, and adapters that you kept before.</source>
        <translation>Gelöscht werden ihre Kopie Ihrer Notizen, ihre Zwischenstände und was sie gelernt hat. Erhalten bleiben Ihre eigenen Dateien, Ihre Chats und Adapter, die Sie früher behalten haben.</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Pausing after this step</source>
        <translation>Pause nach diesem Schritt</translation>
    </message>
    <message>
        <source>Going on</source>
        <translation>Es geht weiter</translation>
    </message>
    <message>
        <source>Stopping, with the best so far</source>
        <translation>Wird beendet, mit dem bisher Besten</translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation>Wird gelöscht</translation>
    </message>
</context>
<context>
    <name>Work</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten…</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
</context>
<context>
    <name>WritingDesk</name>
    <message>
        <source>Pasted text {number}</source>
        <translation>Eingefügter Text {number}</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Messages and replies</source>
        <translation>Nachrichten und Antworten</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>Privatsphäre</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Nearhalf</source>
        <translation>Nearhalf</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>Neuer temporärer Chat</translation>
    </message>
    <message>
        <source>Rename the chat</source>
        <translation>Chat umbenennen</translation>
    </message>
    <message>
        <source>Pin or unpin the chat</source>
        <translation>Chat anheften oder lösen</translation>
    </message>
    <message>
        <source>Move the chat to a folder</source>
        <translation>Chat in einen Ordner verschieben</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>Neuer Ordner</translation>
    </message>
    <message>
        <source>Delete the chat</source>
        <translation>Chat löschen</translation>
    </message>
    <message>
        <source>Undo the deletion</source>
        <translation>Löschen rückgängig machen</translation>
    </message>
    <message>
        <source>Options of the chat</source>
        <translation>Optionen des Chats</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>Chat exportieren</translation>
    </message>
    <message>
        <source>Export the selection</source>
        <translation>Auswahl exportieren</translation>
    </message>
    <message>
        <source>Export all chats</source>
        <translation>Alle Chats exportieren</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>Chats importieren</translation>
    </message>
    <message>
        <source>Stop, or close what is open</source>
        <translation>Anhalten, oder schließen, was offen ist</translation>
    </message>
    <message>
        <source>Regenerate the reply</source>
        <translation>Antwort neu generieren</translation>
    </message>
    <message>
        <source>Continue the reply</source>
        <translation>Antwort fortsetzen</translation>
    </message>
    <message>
        <source>Edit your last message</source>
        <translation>Ihre letzte Nachricht bearbeiten</translation>
    </message>
    <message>
        <source>Copy the last reply</source>
        <translation>Letzte Antwort kopieren</translation>
    </message>
    <message>
        <source>Copy the last code</source>
        <translation>Letzten Code kopieren</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>Vorherige Version</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Nächste Version</translation>
    </message>
    <message>
        <source>Branch off into a new chat</source>
        <translation>In einen neuen Chat verzweigen</translation>
    </message>
    <message>
        <source>Delete the last exchange</source>
        <translation>Letzten Wortwechsel löschen</translation>
    </message>
    <message>
        <source>Attach text files</source>
        <translation>Textdateien anhängen</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Alle Chats durchsuchen</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Find the next</source>
        <translation>Nächsten suchen</translation>
    </message>
    <message>
        <source>Find the previous</source>
        <translation>Vorherigen suchen</translation>
    </message>
    <message>
        <source>Next chat</source>
        <translation>Nächster Chat</translation>
    </message>
    <message>
        <source>Previous chat</source>
        <translation>Vorheriger Chat</translation>
    </message>
    <message>
        <source>Jump to the latest message</source>
        <translation>Zur neuesten Nachricht springen</translation>
    </message>
    <message>
        <source>Go to the message field</source>
        <translation>Zum Nachrichtenfeld</translation>
    </message>
    <message>
        <source>Go to the next part of the window</source>
        <translation>Zum nächsten Teil des Fensters</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Show or hide the list of chats</source>
        <translation>Liste der Chats ein- oder ausblenden</translation>
    </message>
    <message>
        <source>Show or hide the privacy panel</source>
        <translation>Privatsphäre-Ansicht ein- oder ausblenden</translation>
    </message>
    <message>
        <source>Privacy panel in its own window</source>
        <translation>Privatsphäre-Ansicht in eigenem Fenster</translation>
    </message>
    <message>
        <source>Filter what was sent</source>
        <translation>Gesendetes filtern</translation>
    </message>
    <message>
        <source>Export the ledger</source>
        <translation>Sendeprotokoll exportieren</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>Größer</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>Kleiner</translation>
    </message>
    <message>
        <source>Normal size</source>
        <translation>Normale Größe</translation>
    </message>
    <message>
        <source>Appearance: as the system</source>
        <translation>Darstellung: wie das System</translation>
    </message>
    <message>
        <source>Appearance: light</source>
        <translation>Darstellung: hell</translation>
    </message>
    <message>
        <source>Appearance: dark</source>
        <translation>Darstellung: dunkel</translation>
    </message>
    <message>
        <source>Appearance: high contrast</source>
        <translation>Darstellung: hoher Kontrast</translation>
    </message>
    <message>
        <source>Fine-tune on my notes</source>
        <translation>Feinabstimmung mit meinen Notizen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>adapters</name>
    <message>
        <source>{size}. {problem}</source>
        <translation>{size}. {problem}</translation>
    </message>
    <message>
        <source>1 round trip a token</source>
        <translation>1 Umlauf je Token</translation>
    </message>
    <message>
        <source>%n round trips a token</source>
        <translation>%n Umläufe je Token</translation>
    </message>
    <message>
        <source>with a head part</source>
        <translation>mit Kopfteil</translation>
    </message>
    <message>
        <source>recipe {recipe}</source>
        <translation>Rezept {recipe}</translation>
    </message>
    <message>
        <source>{facts}, made on {day}</source>
        <translation>{facts}, erstellt am {day}</translation>
    </message>
    <message>
        <source>Not known: it was made elsewhere, or without a verdict.</source>
        <translation>Nicht bekannt: Er wurde anderswo oder ohne Auswertung erstellt.</translation>
    </message>
    <message>
        <source>Not known: too little text was held back for a test.</source>
        <translation>Nicht bekannt: Für einen Test wurde zu wenig Text zurückgehalten.</translation>
    </message>
    <message>
        <source>It helped: loss {before} without, {after} with it (gain {low} to {high}, 95 %).</source>
        <translation>Er hat geholfen: Verlust {before} ohne ihn, {after} mit ihm (Gewinn {low} bis {high}, 95 %).</translation>
    </message>
    <message>
        <source>It made things worse: loss {before} without, {after} with it (gain {low} to {high}, 95 %).</source>
        <translation>Er hat es schlechter gemacht: Verlust {before} ohne ihn, {after} mit ihm (Gewinn {low} bis {high}, 95 %).</translation>
    </message>
    <message>
        <source>It did not help: loss {before} without, {after} with it (gain {low} to {high}, 95 %).</source>
        <translation>Er hat nicht geholfen: Verlust {before} ohne ihn, {after} mit ihm (Gewinn {low} bis {high}, 95 %).</translation>
    </message>
    <message>
        <source>It lost some of what it could do: {before} % right before, {after} % with it.</source>
        <translation>Das Modell hat etwas von dem verloren, was es konnte: vorher {before} % richtig, mit ihm {after} %.</translation>
    </message>
    <message>
        <source>{before} % right before, {after} % with it: no damage was seen.</source>
        <translation>vorher {before} % richtig, mit ihm {after} %: Ein Schaden war nicht zu sehen.</translation>
    </message>
    <message>
        <source>Nothing that looks secret was in the notes that it learned.</source>
        <translation>In den Notizen, aus denen er gelernt hat, war nichts, was nach einem Geheimnis aussieht.</translation>
    </message>
    <message>
        <source>None of the {tried} that were asked for came out.</source>
        <translation>Von den {tried}, nach denen gefragt wurde, kam keines heraus.</translation>
    </message>
    <message>
        <source>It knows 1 of the {tried} that were asked for. Whoever uses it can get it out of it.</source>
        <translation>Er kennt 1 von {tried}, nach denen gefragt wurde. Wer ihn verwendet, kann es aus ihm herausholen.</translation>
    </message>
    <message>
        <source>It knows %n of the {tried} that were asked for. Whoever uses it can get them out of it.</source>
        <translation>Er kennt %n von {tried}, nach denen gefragt wurde. Wer ihn verwendet, kann sie aus ihm herausholen.</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 Notiz</translation>
    </message>
    <message>
        <source>%n notes</source>
        <translation>%n Notizen</translation>
    </message>
    <message>
        <source>{notes}, chats among them; step {step} of {steps} was kept</source>
        <translation>{notes}, darunter Chats; behalten wurde Schritt {step} von {steps}</translation>
    </message>
    <message>
        <source>{notes}, no chats; step {step} of {steps} was kept</source>
        <translation>{notes}, keine Chats; behalten wurde Schritt {step} von {steps}</translation>
    </message>
    <message>
        <source>{learned}, since it began to memorise after step {overfit}</source>
        <translation>{learned}, denn nach Schritt {overfit} begann er auswendig zu lernen</translation>
    </message>
    <message>
        <source>An ordinary PEFT LoRA; its head part needs the small loader beside it.</source>
        <translation>Ein gewöhnliches PEFT-LoRA; sein Kopfteil braucht das kleine Ladeprogramm daneben.</translation>
    </message>
    <message>
        <source>An ordinary PEFT LoRA.</source>
        <translation>Ein gewöhnliches PEFT-LoRA.</translation>
    </message>
    <message>
        <source>For transformers with a small loader; no ordinary LoRA can say what it does.</source>
        <translation>Für transformers, mit einem kleinen Ladeprogramm; kein gewöhnliches LoRA kann ausdrücken, was er tut.</translation>
    </message>
    <message>
        <source>Another model</source>
        <translation>Anderes Modell</translation>
    </message>
    <message>
        <source>Other matrices</source>
        <translation>Andere Matrizen</translation>
    </message>
    <message>
        <source>Notes are gone</source>
        <translation>Notizen fehlen</translation>
    </message>
    <message>
        <source>It was made for another model than the backend in use has, so it is not used there. Choose the backend it was made with, or train it again.</source>
        <translation>Er wurde für ein anderes Modell gemacht, als das verwendete Backend hat, und wird dort deshalb nicht verwendet. Wählen Sie das Backend, mit dem er gemacht wurde, oder trainieren Sie ihn neu.</translation>
    </message>
    <message>
        <source>It was made with other matrices A and B than the backend in use has, so it is not used there. Choose the backend it was made with, or train it again.</source>
        <translation>Er wurde mit anderen Matrizen A und B gemacht, als das verwendete Backend hat, und wird dort deshalb nicht verwendet. Wählen Sie das Backend, mit dem er gemacht wurde, oder trainieren Sie ihn neu.</translation>
    </message>
    <message>
        <source>1 note or chat that it learned is no longer where it was, or has changed. What it learned of it is still in it: to be rid of that too, delete the adapter.</source>
        <translation>1 Notiz oder Chat, woraus er gelernt hat, ist nicht mehr da oder hat sich geändert. Was er daraus gelernt hat, steckt noch in ihm: Um auch das loszuwerden, löschen Sie den Adapter.</translation>
    </message>
    <message>
        <source>%n notes or chats that it learned are no longer where they were, or have changed. What it learned of them is still in it: to be rid of that too, delete the adapter.</source>
        <translation>%n Notizen oder Chats, woraus er gelernt hat, sind nicht mehr da oder haben sich geändert. Was er daraus gelernt hat, steckt noch in ihm: Um auch das loszuwerden, löschen Sie den Adapter.</translation>
    </message>
</context>
<context>
    <name>application</name>
    <message>
        <source>Nearhalf is open already; its window comes to the front.</source>
        <translation>Nearhalf ist schon offen; sein Fenster kommt nach vorn.</translation>
    </message>
</context>
<context>
    <name>chat_list</name>
    <message>
        <source>Not stored</source>
        <translation>Nicht gespeichert</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Folder {name}</source>
        <translation>Ordner {name}</translation>
    </message>
    <message>
        <source>a reply is being written</source>
        <translation>eine Antwort wird geschrieben</translation>
    </message>
    <message>
        <source>new reply</source>
        <translation>neue Antwort</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>angeheftet</translation>
    </message>
    <message>
        <source>not stored</source>
        <translation>nicht gespeichert</translation>
    </message>
    <message>
        <source>has a draft</source>
        <translation>hat einen Entwurf</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Attach text files</source>
        <translation>Textdateien anhängen</translation>
    </message>
    <message>
        <source>Move to</source>
        <translation>Verschieben nach</translation>
    </message>
</context>
<context>
    <name>notices</name>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Replace names and numbers</source>
        <translation>Namen und Nummern ersetzen</translation>
    </message>
    <message>
        <source>Backends…</source>
        <translation>Backends…</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>Modelle…</translation>
    </message>
    <message>
        <source>Adapters…</source>
        <translation>Adapter…</translation>
    </message>
    <message>
        <source>Storage…</source>
        <translation>Speicher…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Start a new chat, or shorten the message.</source>
        <translation>Beginnen Sie einen neuen Chat, oder kürzen Sie die Nachricht.</translation>
    </message>
    <message>
        <source>Nothing that was stored before is lost. Make room on the disk, then try again.</source>
        <translation>Nichts, was schon gespeichert war, ist verloren. Schaffen Sie Platz auf der Festplatte, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Nothing is sent while it cannot be recorded. Make room on the disk, then try again.</source>
        <translation>Nichts wird gesendet, solange es nicht aufgezeichnet werden kann. Schaffen Sie Platz auf der Festplatte, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Choose another model, or have this one fetched again.</source>
        <translation>Wählen Sie ein anderes Modell, oder lassen Sie dieses neu laden.</translation>
    </message>
    <message>
        <source>Choose another adapter, or none.</source>
        <translation>Wählen Sie einen anderen Adapter, oder keinen.</translation>
    </message>
    <message>
        <source>Check that the backend runs and can be reached, then try again.</source>
        <translation>Prüfen Sie, ob das Backend läuft und erreichbar ist, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>You can read, search and write already; sending waits until it is ready.</source>
        <translation>Lesen, suchen und schreiben können Sie schon; gesendet wird, sobald es bereit ist.</translation>
    </message>
    <message>
        <source>The backend is starting.</source>
        <translation>Das Backend startet.</translation>
    </message>
    <message>
        <source>The reply goes on by itself, from the token where it stopped. Esc gives up.</source>
        <translation>Die Antwort geht von selbst weiter, ab dem Token, bei dem sie stehen blieb. Esc gibt auf.</translation>
    </message>
    <message>
        <source>The connection broke; trying again.</source>
        <translation>Die Verbindung ist abgerissen; sie wird erneut versucht.</translation>
    </message>
    <message>
        <source>This does not fit: {total} tokens, and the model reads {limit} at most.</source>
        <translation>Das passt nicht: {total} Token, und das Modell liest höchstens {limit}.</translation>
    </message>
    <message>
        <source>Shorten the message.</source>
        <translation>Kürzen Sie die Nachricht.</translation>
    </message>
    <message>
        <source>Remove an attachment.</source>
        <translation>Entfernen Sie einen Anhang.</translation>
    </message>
    <message>
        <source>Or go on in a new chat: what you wrote comes along.</source>
        <translation>Oder machen Sie in einem neuen Chat weiter: Was Sie geschrieben haben, kommt mit.</translation>
    </message>
</context>
<context>
    <name>privacy</name>
    <message>
        <source>What stays on this computer</source>
        <translation>Was auf diesem Computer bleibt</translation>
    </message>
    <message>
        <source>Your words, the replies, the tokens, your history and your adapters. The near half of the model turns words into numbers here, and numbers back into words.</source>
        <translation>Ihre Wörter, die Antworten, die Token, Ihr Verlauf und Ihre Adapter. Die nahe Hälfte des Modells macht hier aus Wörtern Zahlen und aus Zahlen wieder Wörter.</translation>
    </message>
    <message>
        <source>What leaves it</source>
        <translation>Was ihn verlässt</translation>
    </message>
    <message>
        <source>Numbers, once a token, to the backend that runs the other half. You can see every one of them and count them; the backend stores none.</source>
        <translation>Zahlen, einmal je Token, an das Backend, auf dem die andere Hälfte läuft. Sie können jede davon sehen und zählen; das Backend speichert keine.</translation>
    </message>
    <message>
        <source>Who could still read it</source>
        <translation>Wer es noch lesen könnte</translation>
    </message>
    <message>
        <source>An operator who records the traffic and has the same public model can rebuild your text from the numbers, on the model that comes with Nearhalf all of it. So choose a backend that you trust.</source>
        <translation>Ein Betreiber, der den Verkehr aufzeichnet und dasselbe öffentliche Modell hat, kann Ihren Text aus den Zahlen wiederherstellen, beim Modell, das mit Nearhalf kommt, den ganzen. Wählen Sie also ein Backend, dem Sie vertrauen.</translation>
    </message>
    <message>
        <source>What really helps</source>
        <translation>Was wirklich hilft</translation>
    </message>
    <message>
        <source>A backend of your own: the built-in one runs on this computer, and then the operator is you. Leave out names and numbers that nobody should learn.</source>
        <translation>Ein eigenes Backend: Das eingebaute läuft auf diesem Computer, und der Betreiber sind dann Sie. Lassen Sie Namen und Nummern weg, die niemand erfahren soll.</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Tap</source>
        <translation>Abgriff</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>On the wire</source>
        <translation>Übertragen</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Wofür</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation>SHA-256</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>The entry&apos;s number in the ledger</source>
        <translation>Die Nummer des Eintrags im Sendeprotokoll</translation>
    </message>
    <message>
        <source>When it was sent or had arrived, by this computer&apos;s clock</source>
        <translation>Wann es gesendet wurde oder ankam, nach der Uhr dieses Computers</translation>
    </message>
    <message>
        <source>↑ sent from this computer, ↓ received</source>
        <translation>↑ von diesem Computer gesendet, ↓ empfangen</translation>
    </message>
    <message>
        <source>The numbers that it carries, or what it is instead</source>
        <translation>Welche Zahlen er enthält, oder was er sonst ist</translation>
    </message>
    <message>
        <source>The layer at which numbers are exchanged</source>
        <translation>Die Schicht, an der Zahlen ausgetauscht werden</translation>
    </message>
    <message>
        <source>Positions × numbers for each; with a +, of two tensors</source>
        <translation>Positionen × Zahlen je Position; mit einem +, die zweier Tensoren</translation>
    </message>
    <message>
        <source>Bytes on the wire, with the connection&apos;s own framing</source>
        <translation>Übertragene Bytes, samt denen der Verbindung selbst</translation>
    </message>
    <message>
        <source>How long the answer took: down, the network and the backend; up, this computer</source>
        <translation>Wie lange die Antwort brauchte: herunter das Netz und das Backend, hinauf dieser Computer</translation>
    </message>
    <message>
        <source>The chat whose reply it was for</source>
        <translation>Der Chat, zu dessen Antwort er gehörte</translation>
    </message>
    <message>
        <source>What it was for</source>
        <translation>Wofür es war</translation>
    </message>
    <message>
        <source>The backend&apos;s address</source>
        <translation>Die Adresse des Backends</translation>
    </message>
    <message>
        <source>How the numbers are written</source>
        <translation>Wie die Zahlen geschrieben sind</translation>
    </message>
    <message>
        <source>Bytes of what is carried</source>
        <translation>Bytes des Inhalts</translation>
    </message>
    <message>
        <source>The start of the SHA-256 of the bytes on the wire</source>
        <translation>Der Anfang des SHA-256-Werts der übertragenen Bytes</translation>
    </message>
    <message>
        <source>Your mark and your note on this entry</source>
        <translation>Ihre Markierung und Ihre Notiz zu diesem Eintrag</translation>
    </message>
    <message>
        <source>No longer here</source>
        <translation>Nicht mehr da</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>Kennung</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Minor version</source>
        <translation>Nebenversion</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Second format</source>
        <translation>Zweites Format</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>Schalter</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>Position</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>Unbenutzt</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>Positionen</translation>
    </message>
    <message>
        <source>Numbers each</source>
        <translation>Zahlen je Position</translation>
    </message>
    <message>
        <source>Second numbers</source>
        <translation>Zweite Zahlen</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Matrices A, B</source>
        <translation>Matrizen A, B</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>Its version</source>
        <translation>Seine Version</translation>
    </message>
    <message>
        <source>Room for</source>
        <translation>Platz für</translation>
    </message>
    <message>
        <source>Format of states</source>
        <translation>Format der Zustände</translation>
    </message>
    <message>
        <source>Format at taps</source>
        <translation>Format an Abgriffen</translation>
    </message>
    <message>
        <source>Exchange plan</source>
        <translation>Austauschplan</translation>
    </message>
    <message>
        <source>Tap → layers</source>
        <translation>Abgriff → Schichten</translation>
    </message>
    <message>
        <source>Most in a step</source>
        <translation>Höchstens je Schritt</translation>
    </message>
    <message>
        <source>Idle limit, s</source>
        <translation>Leerlaufgrenze, s</translation>
    </message>
    <message>
        <source>Step limit, s</source>
        <translation>Schrittgrenze, s</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>y of the free tap</source>
        <translation>y des freien Abgriffs</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>Skalen</translation>
    </message>
    <message>
        <source>Whole numbers</source>
        <translation>Ganze Zahlen</translation>
    </message>
    <message>
        <source>More bytes</source>
        <translation>Weitere Bytes</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>First line</source>
        <translation>Erste Zeile</translation>
    </message>
    <message>
        <source>End of headers</source>
        <translation>Ende der Kopfzeilen</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>Rumpf</translation>
    </message>
    <message>
        <source>Embeddings</source>
        <translation>Embeddings</translation>
    </message>
    <message>
        <source>Hidden states</source>
        <translation>Verborgene Zustände</translation>
    </message>
    <message>
        <source>“NH”: by this a Nearhalf frame is known.</source>
        <translation>„NH“: Daran ist ein Frame von Nearhalf zu erkennen.</translation>
    </message>
    <message>
        <source>The protocol&apos;s version; both sides must speak the same.</source>
        <translation>Die Version des Protokolls; beide Seiten müssen dieselbe sprechen.</translation>
    </message>
    <message>
        <source>Additions to the protocol that an older side may leave out.</source>
        <translation>Zusätze zum Protokoll, die eine ältere Seite weglassen darf.</translation>
    </message>
    <message>
        <source>What this frame is and who may send it.</source>
        <translation>Was dieser Frame ist und wer ihn senden darf.</translation>
    </message>
    <message>
        <source>How each number of the tensor is written.</source>
        <translation>Wie jede Zahl des Tensors geschrieben ist.</translation>
    </message>
    <message>
        <source>How each number of the second tensor is written.</source>
        <translation>Wie jede Zahl des zweiten Tensors geschrieben ist.</translation>
    </message>
    <message>
        <source>Which hidden states the step wants back, and how exactly it is computed.</source>
        <translation>Welche verborgenen Zustände der Schritt zurückhaben will, und wie genau gerechnet wird.</translation>
    </message>
    <message>
        <source>A number for this session; chosen anew each time.</source>
        <translation>Eine Nummer für diese Sitzung; jedes Mal neu gewählt.</translation>
    </message>
    <message>
        <source>Counts the forward passes, so that sending one again does no harm.</source>
        <translation>Zählt die Vorwärtsdurchläufe, damit es nicht schadet, einen noch einmal zu senden.</translation>
    </message>
    <message>
        <source>The place in the text of the first row. The operator sees how long the text is.</source>
        <translation>Die Stelle der ersten Zeile im Text. Der Betreiber sieht, wie lang der Text ist.</translation>
    </message>
    <message>
        <source>The layer at which these numbers are exchanged.</source>
        <translation>Die Schicht, an der diese Zahlen ausgetauscht werden.</translation>
    </message>
    <message>
        <source>Always zero.</source>
        <translation>Immer null.</translation>
    </message>
    <message>
        <source>How many tokens this frame speaks of.</source>
        <translation>Von wie vielen Token dieser Frame handelt.</translation>
    </message>
    <message>
        <source>How many numbers stand for each token.</source>
        <translation>Wie viele Zahlen für jedes Token stehen.</translation>
    </message>
    <message>
        <source>How many numbers the second tensor has for each token.</source>
        <translation>Wie viele Zahlen der zweite Tensor für jedes Token hat.</translation>
    </message>
    <message>
        <source>How many bytes follow the header.</source>
        <translation>Wie viele Bytes auf den Kopf folgen.</translation>
    </message>
    <message>
        <source>SHA-256 of the model&apos;s file: both sides must hold the same.</source>
        <translation>SHA-256-Wert der Modelldatei: Beide Seiten müssen dieselbe haben.</translation>
    </message>
    <message>
        <source>SHA-256 of the public matrices A and B; zeros without an adapter.</source>
        <translation>SHA-256-Wert der öffentlichen Matrizen A und B; Nullen ohne Adapter.</translation>
    </message>
    <message>
        <source>How A and B were made from the public model.</source>
        <translation>Wie A und B aus dem öffentlichen Modell gemacht wurden.</translation>
    </message>
    <message>
        <source>The recipe&apos;s version.</source>
        <translation>Die Version des Rezepts.</translation>
    </message>
    <message>
        <source>How many tokens the session can hold.</source>
        <translation>Wie viele Token die Sitzung aufnehmen kann.</translation>
    </message>
    <message>
        <source>How embeddings and hidden states are written.</source>
        <translation>Wie Embeddings und verborgene Zustände geschrieben sind.</translation>
    </message>
    <message>
        <source>How the numbers at the taps are written.</source>
        <translation>Wie die Zahlen an den Abgriffen geschrieben sind.</translation>
    </message>
    <message>
        <source>At which layers numbers are exchanged. It tells that an adapter is used, not which.</source>
        <translation>An welchen Schichten Zahlen ausgetauscht werden. Es verrät, dass ein Adapter verwendet wird, nicht welcher.</translation>
    </message>
    <message>
        <source>One tap: its layer, the projections it serves, and how many numbers go down and up.</source>
        <translation>Ein Abgriff: seine Schicht, die Projektionen, denen er dient, und wie viele Zahlen herunter- und hinaufgehen.</translation>
    </message>
    <message>
        <source>The most tokens that one step may have.</source>
        <translation>So viele Token darf ein Schritt höchstens haben.</translation>
    </message>
    <message>
        <source>After so long without a frame the backend closes the session.</source>
        <translation>Nach so langer Zeit ohne Frame schließt das Backend die Sitzung.</translation>
    </message>
    <message>
        <source>So long may one step take.</source>
        <translation>So lange darf ein Schritt dauern.</translation>
    </message>
    <message>
        <source>Why the backend ends the session.</source>
        <translation>Warum das Backend die Sitzung beendet.</translation>
    </message>
    <message>
        <source>The limit that was exceeded.</source>
        <translation>Die Grenze, die überschritten wurde.</translation>
    </message>
    <message>
        <source>What your adapter adds where it needs no numbers from the backend: this computer works out that tap&apos;s input itself, from the embeddings and, where it needs them, the model&apos;s first layers.</source>
        <translation>Was Ihr Adapter dort hinzufügt, wo er keine Zahlen vom Backend braucht: Die Eingabe dieses Abgriffs berechnet dieser Computer selbst, aus den Embeddings und, wo nötig, mit den ersten Schichten des Modells.</translation>
    </message>
    <message>
        <source>One number for each row: value = scale × whole number.</source>
        <translation>Eine Zahl für jede Zeile: Wert = Skala × ganze Zahl.</translation>
    </message>
    <message>
        <source>The numbers themselves, as whole numbers from -127 to 127.</source>
        <translation>Die Zahlen selbst, als ganze Zahlen von -127 bis 127.</translation>
    </message>
    <message>
        <source>Bytes that this version has no name for.</source>
        <translation>Bytes, für die diese Version keinen Namen hat.</translation>
    </message>
    <message>
        <source>The content as it is.</source>
        <translation>Der Inhalt, wie er ist.</translation>
    </message>
    <message>
        <source>What is asked for, or how it was answered. It has no place for words of yours.</source>
        <translation>Wonach gefragt oder wie geantwortet wurde. Für Ihre Wörter ist darin kein Platz.</translation>
    </message>
    <message>
        <source>A header of the request or of the answer. A token is blanked before it is kept.</source>
        <translation>Eine Kopfzeile der Anfrage oder der Antwort. Ein Zugangstoken wird geschwärzt, bevor sie aufbewahrt wird.</translation>
    </message>
    <message>
        <source>An empty line ends the headers.</source>
        <translation>Eine leere Zeile beendet die Kopfzeilen.</translation>
    </message>
    <message>
        <source>What was fetched.</source>
        <translation>Was geholt wurde.</translation>
    </message>
    <message>
        <source>One row for each token: looking it up in the public table gives the token back, exactly.</source>
        <translation>Eine Zeile für jedes Token: In der öffentlichen Tabelle nachgeschlagen, ergibt sie das Token genau.</translation>
    </message>
    <message>
        <source>z = A·x: the layer&apos;s input, made shorter by a public matrix.</source>
        <translation>z = A·x: die Eingabe der Schicht, durch eine öffentliche Matrix verkürzt.</translation>
    </message>
    <message>
        <source>y = M·z: the work of your adapter. With z beside it, M can be worked out.</source>
        <translation>y = M·z: die Arbeit Ihres Adapters. Zusammen mit z lässt sich M ausrechnen.</translation>
    </message>
    <message>
        <source>The last layer&apos;s result: the public LM head turns it into the next token.</source>
        <translation>Das Ergebnis der letzten Schicht: Der öffentliche LM-Kopf macht daraus das nächste Token.</translation>
    </message>
    <message>
        <source>There is no field “{word}”. There are: {known}.</source>
        <translation>Es gibt kein Feld „{word}“. Es gibt: {known}.</translation>
    </message>
    <message>
        <source>“{word}” is not known for {field}. Known are: {known}.</source>
        <translation>„{word}“ ist für {field} nicht bekannt. Bekannt sind: {known}.</translation>
    </message>
    <message>
        <source>“{word}” says nothing by itself. Write a field before it, as in kind:step.</source>
        <translation>„{word}“ allein sagt nichts. Schreiben Sie ein Feld davor, wie in kind:step.</translation>
    </message>
    <message>
        <source>{field} needs a number, as 3, 3..7 or 1k; “{word}” is none.</source>
        <translation>{field} braucht eine Zahl, wie 3, 3..7 oder 1k; „{word}“ ist keine.</translation>
    </message>
    <message>
        <source>{field} needs a time, as 10m, 14:05 or 2026-11-23; “{word}” is none.</source>
        <translation>{field} braucht eine Zeit, wie 10m, 14:05 oder 2026-11-23; „{word}“ ist keine.</translation>
    </message>
    <message>
        <source>{field} needs digits from 0 to 9 and a to f; “{word}” has others.</source>
        <translation>{field} braucht Ziffern von 0 bis 9 und a bis f; „{word}“ hat andere.</translation>
    </message>
    <message>
        <source>{field} has no order: write : after it.</source>
        <translation>{field} hat keine Reihenfolge: Schreiben Sie : dahinter.</translation>
    </message>
    <message>
        <source>Something is missing after {field}.</source>
        <translation>Nach {field} fehlt etwas.</translation>
    </message>
    <message>
        <source>A bracket is never closed.</source>
        <translation>Eine Klammer wird nie geschlossen.</translation>
    </message>
    <message>
        <source>This bracket holds nothing, or was never opened.</source>
        <translation>Diese Klammer enthält nichts oder wurde nie geöffnet.</translation>
    </message>
    <message>
        <source>A quotation mark is never closed.</source>
        <translation>Ein Anführungszeichen wird nie geschlossen.</translation>
    </message>
    <message>
        <source>Something is missing after “{word}”.</source>
        <translation>Nach „{word}“ fehlt etwas.</translation>
    </message>
    <message>
        <source>The filter is too long.</source>
        <translation>Der Filter ist zu lang.</translation>
    </message>
    <message>
        <source>There are too many brackets in brackets.</source>
        <translation>Es stehen zu viele Klammern ineinander.</translation>
    </message>
    <message>
        <source>up: sent from this computer, down: received</source>
        <translation>up: von diesem Computer gesendet, down: empfangen</translation>
    </message>
    <message>
        <source>the kind of frame</source>
        <translation>die Art des Frames</translation>
    </message>
    <message>
        <source>what it was for</source>
        <translation>wofür es war</translation>
    </message>
    <message>
        <source>how the numbers are written</source>
        <translation>wie die Zahlen geschrieben sind</translation>
    </message>
    <message>
        <source>the entry&apos;s number in the ledger</source>
        <translation>die Nummer des Eintrags im Sendeprotokoll</translation>
    </message>
    <message>
        <source>the layer of an exchange</source>
        <translation>die Schicht eines Austauschs</translation>
    </message>
    <message>
        <source>how many positions it carries</source>
        <translation>wie viele Positionen er enthält</translation>
    </message>
    <message>
        <source>how many numbers for each position</source>
        <translation>wie viele Zahlen je Position</translation>
    </message>
    <message>
        <source>the step of the session</source>
        <translation>der Schritt der Sitzung</translation>
    </message>
    <message>
        <source>the first position</source>
        <translation>die erste Position</translation>
    </message>
    <message>
        <source>the session&apos;s number</source>
        <translation>die Nummer der Sitzung</translation>
    </message>
    <message>
        <source>the connection&apos;s number</source>
        <translation>die Nummer der Verbindung</translation>
    </message>
    <message>
        <source>bytes on the wire</source>
        <translation>übertragene Bytes</translation>
    </message>
    <message>
        <source>bytes of the content</source>
        <translation>Bytes des Inhalts</translation>
    </message>
    <message>
        <source>a part of the backend&apos;s address</source>
        <translation>ein Teil der Adresse des Backends</translation>
    </message>
    <message>
        <source>how long the answer took, as latency&gt;50ms</source>
        <translation>wie lange die Antwort brauchte, wie latency&gt;50ms</translation>
    </message>
    <message>
        <source>not older than this: 10m, 14:05 or a date</source>
        <translation>nicht älter als dies: 10m, 14:05 oder ein Datum</translation>
    </message>
    <message>
        <source>not newer than this</source>
        <translation>nicht neuer als dies</translation>
    </message>
    <message>
        <source>chat:this is the chat on show</source>
        <translation>chat:this ist der angezeigte Chat</translation>
    </message>
    <message>
        <source>message:last, or how a message&apos;s id begins</source>
        <translation>message:last, oder wie die Kennung einer Nachricht beginnt</translation>
    </message>
    <message>
        <source>how the SHA-256 begins</source>
        <translation>wie der SHA-256-Wert beginnt</translation>
    </message>
    <message>
        <source>marked, noted, kept (its content is still here), tls</source>
        <translation>marked (markiert), noted (mit Notiz), kept (Inhalt noch da), tls</translation>
    </message>
    <message>
        <source>Terms with a space between must all hold. “or” between them, “not” or - before one.</source>
        <translation>Begriffe mit Leerzeichen dazwischen müssen alle zutreffen. Dazwischen „or“ für oder, davor „not“ oder - für nicht.</translation>
    </message>
    <message>
        <source>A comma lists values: kind:tap,delta. Two dots make a range: tap:3..7.</source>
        <translation>Ein Komma zählt Werte auf: kind:tap,delta. Zwei Punkte machen einen Bereich: tap:3..7.</translation>
    </message>
    <message>
        <source>Numbers know &gt; &lt; &gt;= &lt;=, bytes know k and M.</source>
        <translation>Zahlen kennen &gt; &lt; &gt;= &lt;=, Bytes kennen k und M.</translation>
    </message>
    <message>
        <source>Sent from this computer</source>
        <translation>Von diesem Computer gesendet</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Of no message</source>
        <translation>Zu keiner Nachricht</translation>
    </message>
    <message>
        <source>1 entry</source>
        <translation>1 Eintrag</translation>
    </message>
    <message>
        <source>%n entries</source>
        <translation>%n Einträge</translation>
    </message>
    <message>
        <source>{up} up, {down} down</source>
        <translation>{up} hinauf, {down} herunter</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>List of models</source>
        <translation>Liste der Modelle</translation>
    </message>
    <message>
        <source>Model&apos;s files</source>
        <translation>Dateien des Modells</translation>
    </message>
    <message>
        <source>Is it there?</source>
        <translation>Ist es da?</translation>
    </message>
    <message>
        <source>Opening the channel</source>
        <translation>Kanal öffnen</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Sent again</source>
        <translation>Erneut gesendet</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Messung</translation>
    </message>
    <message>
        <source>Keeping it open</source>
        <translation>Offen halten</translation>
    </message>
    <message>
        <source>Closing</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Update check</source>
        <translation>Versionsabfrage</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>Feinabstimmung</translation>
    </message>
    <message>
        <source>Matrices A and B</source>
        <translation>Matrizen A und B</translation>
    </message>
    <message>
        <source>No frame</source>
        <translation>Kein Frame</translation>
    </message>
    <message>
        <source>Open a session</source>
        <translation>Sitzung öffnen</translation>
    </message>
    <message>
        <source>Delta</source>
        <translation>Delta</translation>
    </message>
    <message>
        <source>Session is open</source>
        <translation>Sitzung ist offen</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Refusal</source>
        <translation>Ablehnung</translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation>Gradient</translation>
    </message>
    <message>
        <source>Gradient of the delta</source>
        <translation>Gradient des Deltas</translation>
    </message>
    <message>
        <source>Gradient of the tap</source>
        <translation>Gradient des Abgriffs</translation>
    </message>
    <message>
        <source>Gradient of the step</source>
        <translation>Gradient des Schritts</translation>
    </message>
    <message>
        <source>y = M·z</source>
        <translation>y = M·z</translation>
    </message>
    <message>
        <source>z = A·x</source>
        <translation>z = A·x</translation>
    </message>
    <message>
        <source>Hidden state</source>
        <translation>Verborgener Zustand</translation>
    </message>
    <message>
        <source>∂loss/∂h</source>
        <translation>∂loss/∂h</translation>
    </message>
    <message>
        <source>∂loss/∂y</source>
        <translation>∂loss/∂y</translation>
    </message>
    <message>
        <source>∂loss/∂z</source>
        <translation>∂loss/∂z</translation>
    </message>
    <message>
        <source>These bytes are no frame of a session: a request, its answer, or a sign of life.</source>
        <translation>Diese Bytes sind kein Frame einer Sitzung: eine Anfrage, ihre Antwort oder ein Lebenszeichen.</translation>
    </message>
    <message>
        <source>Asks for a session: which model, how many positions, and at which layers numbers are exchanged.</source>
        <translation>Bittet um eine Sitzung: welches Modell, wie viele Positionen, und an welchen Schichten Zahlen ausgetauscht werden.</translation>
    </message>
    <message>
        <source>The embeddings of new tokens: one row of numbers for each. Whoever has the public model can look up the token that belongs to a row.</source>
        <translation>Die Embeddings neuer Token: eine Zeile Zahlen für jedes. Wer das öffentliche Modell hat, kann das Token nachschlagen, das zu einer Zeile gehört.</translation>
    </message>
    <message>
        <source>What your adapter adds at this layer. Pairs of this and the tap before it are enough to copy the adapter.</source>
        <translation>Was Ihr Adapter an dieser Schicht hinzufügt. Paare hieraus und aus dem Abgriff davor genügen, um den Adapter zu kopieren.</translation>
    </message>
    <message>
        <source>The backend has opened the session, with these limits.</source>
        <translation>Das Backend hat die Sitzung geöffnet, mit diesen Grenzen.</translation>
    </message>
    <message>
        <source>A layer&apos;s input, made shorter by a public matrix, for your adapter on this computer.</source>
        <translation>Die Eingabe einer Schicht, durch eine öffentliche Matrix verkürzt, für Ihren Adapter auf diesem Computer.</translation>
    </message>
    <message>
        <source>The last layer&apos;s result. This computer chooses the next token from it; whoever has the public model can do that too.</source>
        <translation>Das Ergebnis der letzten Schicht. Dieser Computer wählt daraus das nächste Token; wer das öffentliche Modell hat, kann das auch.</translation>
    </message>
    <message>
        <source>The backend ends the session, with a code for the reason.</source>
        <translation>Das Backend beendet die Sitzung, mit einem Code für den Grund.</translation>
    </message>
    <message>
        <source>Fine-tuning: in which direction the last layer&apos;s result should change. Whoever has the public model can read from it which tokens stood in the text.</source>
        <translation>Feinabstimmung: in welche Richtung sich das Ergebnis der letzten Schicht ändern soll. Wer das öffentliche Modell hat, kann daraus lesen, welche Token im Text standen.</translation>
    </message>
    <message>
        <source>Fine-tuning: in which direction the adapter&apos;s answer at this layer should change.</source>
        <translation>Feinabstimmung: in welche Richtung sich die Antwort des Adapters an dieser Schicht ändern soll.</translation>
    </message>
    <message>
        <source>Fine-tuning: the same, taken back through your adapter. Pairs of this and the gradient before it are enough to copy the adapter.</source>
        <translation>Feinabstimmung: dasselbe, durch Ihren Adapter zurückgerechnet. Paare hieraus und aus dem Gradienten davor genügen, um den Adapter zu kopieren.</translation>
    </message>
    <message>
        <source>Fine-tuning: in which direction the adapter&apos;s answers sent with the step should change.</source>
        <translation>Feinabstimmung: in welche Richtung sich die mit dem Schritt gesendeten Antworten des Adapters ändern sollen.</translation>
    </message>
    <message>
        <source>A kind of frame that this version does not know.</source>
        <translation>Eine Art von Frame, die diese Version nicht kennt.</translation>
    </message>
    <message>
        <source>{count} µs</source>
        <translation>{count} µs</translation>
    </message>
    <message>
        <source>{count} ms</source>
        <translation>{count} ms</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} s</translation>
    </message>
    <message>
        <source>{share} %</source>
        <translation>{share} %</translation>
    </message>
    <message>
        <source>Idle: nothing is being sent</source>
        <translation>Bereit: Es wird nichts gesendet</translation>
    </message>
    <message>
        <source>Sending numbers for your message</source>
        <translation>Zahlen für Ihre Nachricht werden gesendet</translation>
    </message>
    <message>
        <source>Blocked: nothing is sent</source>
        <translation>Gesperrt: Es wird nichts gesendet</translation>
    </message>
    <message>
        <source>Offline: there is no connection to a backend</source>
        <translation>Offline: Es besteht keine Verbindung zu einem Backend</translation>
    </message>
    <message>
        <source>Nothing has been sent for this fine-tuning yet.</source>
        <translation>Für diese Feinabstimmung wurde noch nichts gesendet.</translation>
    </message>
    <message>
        <source>No message has been sent yet.</source>
        <translation>Es wurde noch keine Nachricht gesendet.</translation>
    </message>
    <message>
        <source>1 frame</source>
        <translation>1 Frame</translation>
    </message>
    <message>
        <source>%n frames</source>
        <translation>%n Frames</translation>
    </message>
    <message>
        <source>Your last message: {frames}, {up} up, {down} down, 0 bytes of text.</source>
        <translation>Ihre letzte Nachricht: {frames}, {up} hinauf, {down} herunter, 0 Byte Text.</translation>
    </message>
    <message>
        <source>This fine-tuning: {frames}, {up} up, {down} down, 0 bytes of text.</source>
        <translation>Diese Feinabstimmung: {frames}, {up} hinauf, {down} herunter, 0 Byte Text.</translation>
    </message>
    <message>
        <source>These are numbers of your notes: an operator who records them could rebuild the notes, as they could rebuild a chat.</source>
        <translation>Das sind Zahlen Ihrer Notizen: Ein Betreiber, der sie aufzeichnet, könnte die Notizen wiederherstellen, so wie einen Chat.</translation>
    </message>
    <message>
        <source>Measuring how much of it an operator could rebuild…</source>
        <translation>Es wird gemessen, wie viel davon ein Betreiber wiederherstellen könnte…</translation>
    </message>
    <message>
        <source>Its frames are no longer in memory, so how much an operator could rebuild cannot be measured any more.</source>
        <translation>Ihre Frames sind nicht mehr im Speicher; wie viel ein Betreiber wiederherstellen könnte, lässt sich deshalb nicht mehr messen.</translation>
    </message>
    <message>
        <source>How much an operator could rebuild could not be measured.</source>
        <translation>Wie viel ein Betreiber wiederherstellen könnte, ließ sich nicht messen.</translation>
    </message>
    <message>
        <source>How much of it an operator could rebuild has not been measured yet.</source>
        <translation>Wie viel davon ein Betreiber wiederherstellen könnte, wurde noch nicht gemessen.</translation>
    </message>
    <message>
        <source>An operator who records this could rebuild {share} of your words; 1 name or number was replaced before it was sent.</source>
        <translation>Ein Betreiber, der dies aufzeichnet, könnte {share} Ihrer Wörter wiederherstellen; 1 Name oder Nummer wurde vor dem Senden ersetzt.</translation>
    </message>
    <message>
        <source>An operator who records this could rebuild {share} of your words; %n names and numbers were replaced before it was sent.</source>
        <translation>Ein Betreiber, der dies aufzeichnet, könnte {share} Ihrer Wörter wiederherstellen; %n Namen und Nummern wurden vor dem Senden ersetzt.</translation>
    </message>
    <message>
        <source>An operator who records this could rebuild {share} of your words.</source>
        <translation>Ein Betreiber, der dies aufzeichnet, könnte {share} Ihrer Wörter wiederherstellen.</translation>
    </message>
    <message>
        <source>The backend runs on this computer: you are the operator.</source>
        <translation>Das Backend läuft auf diesem Computer: Der Betreiber sind Sie.</translation>
    </message>
    <message>
        <source>The operator is whoever runs {backend}.</source>
        <translation>Der Betreiber ist, wer {backend} betreibt.</translation>
    </message>
    <message>
        <source>1 attempt to reach the outside past the gate was stopped.</source>
        <translation>1 Versuch, an der Sperre vorbei nach außen zu gelangen, wurde aufgehalten.</translation>
    </message>
    <message>
        <source>%n attempts to reach the outside past the gate were stopped.</source>
        <translation>%n Versuche, an der Sperre vorbei nach außen zu gelangen, wurden aufgehalten.</translation>
    </message>
    <message>
        <source>The keys of new connections are written to {file}: while a key log is written, anyone with the file can read the TLS stream. Stop it when the audit is done, choose the backend anew, and delete the file.</source>
        <translation>Die Schlüssel neuer Verbindungen werden in {file} geschrieben: Solange ein Schlüsselprotokoll geschrieben wird, kann jeder, der die Datei hat, den TLS-Strom lesen. Beenden Sie es, wenn die Prüfung fertig ist, wählen Sie das Backend neu, und löschen Sie die Datei.</translation>
    </message>
    <message>
        <source>Fine-tuning: {name}</source>
        <translation>Feinabstimmung: {name}</translation>
    </message>
    <message>
        <source>Fine-tuning of {date}</source>
        <translation>Feinabstimmung vom {date}</translation>
    </message>
    <message>
        <source>Fine-tuning of {date}: {name}</source>
        <translation>Feinabstimmung vom {date}: {name}</translation>
    </message>
</context>
<context>
    <name>redaction</name>
    <message>
        <source>Your own list</source>
        <translation>Ihre eigene Liste</translation>
    </message>
    <message>
        <source>Names of people</source>
        <translation>Namen von Personen</translation>
    </message>
    <message>
        <source>Mail addresses</source>
        <translation>E-Mail-Adressen</translation>
    </message>
    <message>
        <source>Phone numbers</source>
        <translation>Telefonnummern</translation>
    </message>
    <message>
        <source>Postal addresses</source>
        <translation>Postanschriften</translation>
    </message>
    <message>
        <source>Payment cards</source>
        <translation>Zahlungskarten</translation>
    </message>
    <message>
        <source>Bank accounts (IBAN)</source>
        <translation>Bankkonten (IBAN)</translation>
    </message>
    <message>
        <source>Social security and national insurance numbers</source>
        <translation>Sozialversicherungsnummern</translation>
    </message>
    <message>
        <source>Passport, identity card and licence numbers</source>
        <translation>Nummern von Pässen, Ausweisen und Führerscheinen</translation>
    </message>
    <message>
        <source>Tax numbers</source>
        <translation>Steuernummern</translation>
    </message>
    <message>
        <source>Dates of birth</source>
        <translation>Geburtsdaten</translation>
    </message>
    <message>
        <source>Passwords, tokens and keys</source>
        <translation>Passwörter, Token und Schlüssel</translation>
    </message>
    <message>
        <source>Secrets in web addresses</source>
        <translation>Geheimnisse in Webadressen</translation>
    </message>
    <message>
        <source>IP addresses</source>
        <translation>IP-Adressen</translation>
    </message>
    <message>
        <source>Organisations</source>
        <translation>Organisationen</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
</context>
<context>
    <name>report</name>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>What just failed</source>
        <translation>Was gerade fehlschlug</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokolldatei</translation>
    </message>
    <message>
        <source>Log of the built-in backend</source>
        <translation>Protokolldatei des eingebauten Backends</translation>
    </message>
    <message>
        <source>Folders and files: {count}</source>
        <translation>Ordner und Dateien: {count}</translation>
    </message>
    <message>
        <source>Your user name: {count}</source>
        <translation>Ihr Benutzername: {count}</translation>
    </message>
    <message>
        <source>This computer&apos;s name: {count}</source>
        <translation>Der Name dieses Computers: {count}</translation>
    </message>
    <message>
        <source>Hosts and addresses: {count}</source>
        <translation>Hosts und Adressen: {count}</translation>
    </message>
    <message>
        <source>Names of backends: {count}</source>
        <translation>Namen von Backends: {count}</translation>
    </message>
    <message>
        <source>Tokens, keys and codes: {count}</source>
        <translation>Token, Schlüssel und Codes: {count}</translation>
    </message>
    <message>
        <source>Mail addresses: {count}</source>
        <translation>E-Mail-Adressen: {count}</translation>
    </message>
    <message>
        <source>Quoted words: {count}</source>
        <translation>Wörter in Anführungszeichen: {count}</translation>
    </message>
    <message>
        <source>Lines in an unknown form: {count}</source>
        <translation>Zeilen in unbekannter Form: {count}</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>A backend is attached already.</source>
        <translation>Es ist schon ein Backend verbunden.</translation>
    </message>
    <message>
        <source>A backup is opened with a passphrase or a recovery code, and there is neither.</source>
        <translation>Eine Sicherung wird mit einer Passphrase oder einem Wiederherstellungscode geöffnet, und es gibt keines von beiden.</translation>
    </message>
    <message>
        <source>A code stops working when a newer one is made. Look for the latest.</source>
        <translation>Ein Code gilt nicht mehr, wenn ein neuer erstellt wird. Suchen Sie den letzten.</translation>
    </message>
    <message>
        <source>A file of this fine-tuning job is damaged.</source>
        <translation>Eine Datei dieser Feinabstimmung ist beschädigt.</translation>
    </message>
    <message>
        <source>A folder needs a name.</source>
        <translation>Ein Ordner braucht einen Namen.</translation>
    </message>
    <message>
        <source>A host&apos;s name is not whole.</source>
        <translation>Der Name eines Rechners ist nicht vollständig.</translation>
    </message>
    <message>
        <source>A longer message is enough: about as many positions as the adapter&apos;s rank, and 16 more.</source>
        <translation>Eine längere Nachricht genügt: etwa so viele Positionen wie der Rang des Adapters, und 16 mehr.</translation>
    </message>
    <message>
        <source>A newer Nearhalf wrote this file.</source>
        <translation>Ein neueres Nearhalf hat diese Datei geschrieben.</translation>
    </message>
    <message>
        <source>A recovery code begins with {0}.</source>
        <translation>Ein Wiederherstellungscode beginnt mit {0}.</translation>
    </message>
    <message>
        <source>A recovery code has {0} letters and digits; here are {1}.</source>
        <translation>Ein Wiederherstellungscode hat {0} Buchstaben und Ziffern; hier sind es {1}.</translation>
    </message>
    <message>
        <source>A reply is still being written.</source>
        <translation>Es wird noch eine Antwort geschrieben.</translation>
    </message>
    <message>
        <source>A temporary chat is never stored.</source>
        <translation>Ein temporärer Chat wird nie gespeichert.</translation>
    </message>
    <message>
        <source>Add it first, with `nearhalf backend add`.</source>
        <translation>Fügen Sie es zuerst hinzu, mit `nearhalf backend add`.</translation>
    </message>
    <message>
        <source>Add the backend again, with its token.</source>
        <translation>Fügen Sie das Backend mit seinem Token erneut hinzu.</translation>
    </message>
    <message>
        <source>Adds noise to the same rows, as some products do, and looks them up again.</source>
        <translation>Gibt zu denselben Zeilen Rauschen hinzu, wie es manche Produkte tun, und schlägt sie noch einmal nach.</translation>
    </message>
    <message>
        <source>An older history is kept in {0}.</source>
        <translation>Ein älterer Verlauf wird in {0} aufbewahrt.</translation>
    </message>
    <message>
        <source>Another Nearhalf has this history open.</source>
        <translation>Ein anderes Nearhalf hat diesen Verlauf offen.</translation>
    </message>
    <message>
        <source>Another backend or model is in use now.</source>
        <translation>Jetzt ist ein anderes Backend oder Modell in Gebrauch.</translation>
    </message>
    <message>
        <source>Another model began this reply, so its exact tokens mean nothing to this one.</source>
        <translation>Ein anderes Modell hat diese Antwort begonnen; seine Token sagen diesem nichts.</translation>
    </message>
    <message>
        <source>Another program uses the history {0}.</source>
        <translation>Ein anderes Programm benutzt den Verlauf {0}.</translation>
    </message>
    <message>
        <source>Ask its operator what this access token may do.</source>
        <translation>Fragen Sie den Betreiber, was dieses Zugangstoken darf.</translation>
    </message>
    <message>
        <source>Ask whoever runs it to prepare it anew.</source>
        <translation>Bitten Sie den Betreiber, es neu vorzubereiten.</translation>
    </message>
    <message>
        <source>Ask whoever runs the backend to update it.</source>
        <translation>Bitten Sie den Betreiber des Backends, es zu aktualisieren.</translation>
    </message>
    <message>
        <source>Asking both models about the notes that were held back.</source>
        <translation>Beide Modelle werden nach den zurückgehaltenen Notizen gefragt.</translation>
    </message>
    <message>
        <source>Asking both models general questions.</source>
        <translation>Beiden Modellen werden allgemeine Fragen gestellt.</translation>
    </message>
    <message>
        <source>Asking the backend for its models.</source>
        <translation>Das Backend wird nach seinen Modellen gefragt.</translation>
    </message>
    <message>
        <source>At least {0} notes with {1} words in all are needed, since some are held back to see whether it helped. Some ten thousand words are a good beginning.</source>
        <translation>Es braucht mindestens {0} Notizen mit zusammen {1} Wörtern, denn einige werden zurückgehalten, um zu sehen, ob es geholfen hat. Etwa zehntausend Wörter sind ein guter Anfang.</translation>
    </message>
    <message>
        <source>At least {0} other positions.</source>
        <translation>Mindestens {0} andere Positionen.</translation>
    </message>
    <message>
        <source>At most {0} positions, at rank {1}.</source>
        <translation>Höchstens {0} Positionen, bei Rang {1}.</translation>
    </message>
    <message>
        <source>Begin the training again, with the same notes.</source>
        <translation>Beginnen Sie das Training von vorn, mit denselben Notizen.</translation>
    </message>
    <message>
        <source>Bring it back, or leave it out, then have the notes read again.</source>
        <translation>Bringen Sie es zurück oder lassen Sie es weg, und lassen Sie die Notizen dann erneut lesen.</translation>
    </message>
    <message>
        <source>Change it and try again.</source>
        <translation>Ändern Sie es, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Check its address.</source>
        <translation>Prüfen Sie seine Adresse.</translation>
    </message>
    <message>
        <source>Check its name and the network.</source>
        <translation>Prüfen Sie seinen Namen und das Netz.</translation>
    </message>
    <message>
        <source>Check its permissions and the disk.</source>
        <translation>Prüfen Sie die Zugriffsrechte und die Festplatte.</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>Prüfen Sie die Zugriffsrechte.</translation>
    </message>
    <message>
        <source>Check that it is a whole file that this app has saved.</source>
        <translation>Prüfen Sie, ob es eine ganze Datei ist, die diese App gespeichert hat.</translation>
    </message>
    <message>
        <source>Check that it is the file the service sent you.</source>
        <translation>Prüfen Sie, ob es die Datei ist, die der Dienst Ihnen geschickt hat.</translation>
    </message>
    <message>
        <source>Check that it is there, and yours to read.</source>
        <translation>Prüfen Sie, ob es da ist und Sie es lesen dürfen.</translation>
    </message>
    <message>
        <source>Check that it is there.</source>
        <translation>Prüfen Sie, ob sie da ist.</translation>
    </message>
    <message>
        <source>Check the address and the model&apos;s name.</source>
        <translation>Prüfen Sie die Adresse und den Namen des Modells.</translation>
    </message>
    <message>
        <source>Check the address of the release feed, and the network.</source>
        <translation>Prüfen Sie die Adresse des Release-Feeds und das Netz.</translation>
    </message>
    <message>
        <source>Check the address of the release feed. Look for new versions another way meanwhile.</source>
        <translation>Prüfen Sie die Adresse des Release-Feeds. Sehen Sie inzwischen auf anderem Weg nach neuen Versionen.</translation>
    </message>
    <message>
        <source>Check the address, or ask whoever publishes it.</source>
        <translation>Prüfen Sie die Adresse, oder fragen Sie den Herausgeber.</translation>
    </message>
    <message>
        <source>Check the backend&apos;s address, or update the app or the backend.</source>
        <translation>Prüfen Sie die Adresse des Backends, oder aktualisieren Sie die App oder das Backend.</translation>
    </message>
    <message>
        <source>Check the folder and its permissions.</source>
        <translation>Prüfen Sie den Ordner und seine Zugriffsrechte.</translation>
    </message>
    <message>
        <source>Check the folder and the free disk space.</source>
        <translation>Prüfen Sie den Ordner und den freien Platz auf der Festplatte.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions.</source>
        <translation>Prüfen Sie die Zugriffsrechte des Ordners.</translation>
    </message>
    <message>
        <source>Check the folder, and the room on the disk.</source>
        <translation>Prüfen Sie den Ordner und den Platz auf der Festplatte.</translation>
    </message>
    <message>
        <source>Check the keyboard&apos;s language and Caps Lock.</source>
        <translation>Prüfen Sie die Sprache der Tastatur und die Feststelltaste.</translation>
    </message>
    <message>
        <source>Check the network and that the backend runs; the app goes on where it stopped.</source>
        <translation>Prüfen Sie das Netz und ob das Backend läuft; die App macht weiter, wo sie aufgehört hat.</translation>
    </message>
    <message>
        <source>Check the network; on a slow one choose an adapter with fewer round trips.</source>
        <translation>Prüfen Sie das Netz; in einem langsamen wählen Sie einen Adapter mit weniger Umläufen.</translation>
    </message>
    <message>
        <source>Check the passphrase, and the copy.</source>
        <translation>Prüfen Sie die Passphrase und die Kopie.</translation>
    </message>
    <message>
        <source>Check the path and its permissions, and the room on the disk.</source>
        <translation>Prüfen Sie den Pfad und seine Zugriffsrechte, und den Platz auf der Festplatte.</translation>
    </message>
    <message>
        <source>Check the path and its permissions.</source>
        <translation>Prüfen Sie den Pfad und seine Zugriffsrechte.</translation>
    </message>
    <message>
        <source>Check the token, or ask the operator for a new one.</source>
        <translation>Prüfen Sie das Token, oder bitten Sie den Betreiber um ein neues.</translation>
    </message>
    <message>
        <source>Checking and installing the device&apos;s part of the model.</source>
        <translation>Der Geräteteil des Modells wird geprüft und eingerichtet.</translation>
    </message>
    <message>
        <source>Choose a PEM file with the backend&apos;s certificate authority.</source>
        <translation>Wählen Sie eine PEM-Datei mit der Zertifizierungsstelle des Backends.</translation>
    </message>
    <message>
        <source>Choose a backend with the same recipe, or make the adapter again.</source>
        <translation>Wählen Sie ein Backend mit demselben Rezept, oder erstellen Sie den Adapter neu.</translation>
    </message>
    <message>
        <source>Choose a file that this app has saved.</source>
        <translation>Wählen Sie eine Datei, die diese App gespeichert hat.</translation>
    </message>
    <message>
        <source>Choose a lower learning rate, or bf16 or fp32 for what is sent.</source>
        <translation>Wählen Sie eine niedrigere Lernrate, oder bf16 oder fp32 für das, was gesendet wird.</translation>
    </message>
    <message>
        <source>Choose a lower learning rate.</source>
        <translation>Wählen Sie eine niedrigere Lernrate.</translation>
    </message>
    <message>
        <source>Choose a new folder.</source>
        <translation>Wählen Sie einen neuen Ordner.</translation>
    </message>
    <message>
        <source>Choose a window of 2 to {0} tokens.</source>
        <translation>Wählen Sie ein Fenster von 2 bis {0} Token.</translation>
    </message>
    <message>
        <source>Choose an adapter for the chat to see this.</source>
        <translation>Wählen Sie für den Chat einen Adapter, um dies zu sehen.</translation>
    </message>
    <message>
        <source>Choose another adapter, or make this one again.</source>
        <translation>Wählen Sie einen anderen Adapter, oder erstellen Sie diesen neu.</translation>
    </message>
    <message>
        <source>Choose another adapter, or none.</source>
        <translation>Wählen Sie einen anderen Adapter, oder keinen.</translation>
    </message>
    <message>
        <source>Choose another adapter, or train it again.</source>
        <translation>Wählen Sie einen anderen Adapter, oder trainieren Sie ihn neu.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>Choose another one, or start a new one.</source>
        <translation>Wählen Sie eine andere, oder beginnen Sie eine neue.</translation>
    </message>
    <message>
        <source>Choose another one, or the built-in backend.</source>
        <translation>Wählen Sie ein anderes, oder das eingebaute Backend.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Choose another recipe or model.</source>
        <translation>Wählen Sie ein anderes Rezept oder Modell.</translation>
    </message>
    <message>
        <source>Choose bf16 or fp32 for this backend and try again.</source>
        <translation>Wählen Sie für dieses Backend bf16 oder fp32, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Choose the model it was made for, or another adapter.</source>
        <translation>Wählen Sie das Modell, für das er gemacht wurde, oder einen anderen Adapter.</translation>
    </message>
    <message>
        <source>Choose the model that the chat used.</source>
        <translation>Wählen Sie das Modell, das der Chat verwendet hat.</translation>
    </message>
    <message>
        <source>Close another window or chat that uses this backend.</source>
        <translation>Schließen Sie ein anderes Fenster oder einen anderen Chat, der dieses Backend benutzt.</translation>
    </message>
    <message>
        <source>Close other programs and try again.</source>
        <translation>Schließen Sie andere Programme, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Close the other Nearhalf, then try again.</source>
        <translation>Schließen Sie das andere Nearhalf, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Close what uses them, then delete them by hand from {0}.</source>
        <translation>Schließen Sie, was sie benutzt, und löschen Sie sie dann von Hand aus {0}.</translation>
    </message>
    <message>
        <source>Compare it with the printed one.</source>
        <translation>Vergleichen Sie ihn mit dem gedruckten.</translation>
    </message>
    <message>
        <source>Compare the beginning; a newer Nearhalf may have made this one.</source>
        <translation>Vergleichen Sie den Anfang; vielleicht hat ein neueres Nearhalf ihn erstellt.</translation>
    </message>
    <message>
        <source>Compares every row of numbers that was sent with the model&apos;s public table of tokens.</source>
        <translation>Vergleicht jede gesendete Zeile Zahlen mit der öffentlichen Token-Tabelle des Modells.</translation>
    </message>
    <message>
        <source>Connected again; the chat so far was sent again.</source>
        <translation>Wieder verbunden; der bisherige Chat wurde erneut gesendet.</translation>
    </message>
    <message>
        <source>Copy the adapter</source>
        <translation>Den Adapter kopieren</translation>
    </message>
    <message>
        <source>Discard the job, then begin a new one with your notes.</source>
        <translation>Verwerfen Sie diese Feinabstimmung, und beginnen Sie mit Ihren Notizen eine neue.</translation>
    </message>
    <message>
        <source>Download or export it again, and import the new file.</source>
        <translation>Laden oder exportieren Sie sie noch einmal, und importieren Sie die neue Datei.</translation>
    </message>
    <message>
        <source>Embeddings are rows of a public table, so whoever records them can look every word up again. Only what was replaced before it was sent is safe from this.</source>
        <translation>Embeddings sind Zeilen einer öffentlichen Tabelle; wer sie aufzeichnet, kann also jedes Wort nachschlagen. Davor ist nur sicher, was vor dem Senden ersetzt wurde.</translation>
    </message>
    <message>
        <source>Export fewer chats at once, or without their files, and import that.</source>
        <translation>Exportieren Sie weniger Chats auf einmal oder ohne ihre Dateien, und importieren Sie das.</translation>
    </message>
    <message>
        <source>Export the chats again, and import that file.</source>
        <translation>Exportieren Sie die Chats noch einmal, und importieren Sie diese Datei.</translation>
    </message>
    <message>
        <source>Fetch the model again, or choose a backend that offers more of them.</source>
        <translation>Laden Sie das Modell neu, oder wählen Sie ein Backend, das mehr davon anbietet.</translation>
    </message>
    <message>
        <source>Fetch the model again, or choose another.</source>
        <translation>Laden Sie das Modell neu, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Fetch the model again; the attacks need its public weights.</source>
        <translation>Laden Sie das Modell noch einmal; die Angriffe brauchen seine öffentlichen Gewichte.</translation>
    </message>
    <message>
        <source>Fetch the model first.</source>
        <translation>Laden Sie zuerst das Modell.</translation>
    </message>
    <message>
        <source>Fetching the device&apos;s part of the model: {0} of {1} MB.</source>
        <translation>Der Geräteteil des Modells wird geladen: {0} von {1} MB.</translation>
    </message>
    <message>
        <source>Fits a copy of your adapter to the numbers that went down and the answers that went up.</source>
        <translation>Passt eine Kopie Ihres Adapters an die Zahlen an, die herunterkamen, und an die Antworten, die hinaufgingen.</translation>
    </message>
    <message>
        <source>Free some disk space and try again.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Free some disk space or check the folder&apos;s permissions, then try again.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, oder prüfen Sie die Zugriffsrechte des Ordners, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>Schaffen Sie Platz, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>From {0} positions an operator can fit a copy of the adapter whose answers are off by {1} % (median). The file stays here; what it does to the layers can be copied.</source>
        <translation>Aus {0} Positionen kann ein Betreiber eine Kopie des Adapters anpassen, deren Antworten um {1} % abweichen (Median). Die Datei bleibt hier; was sie mit den Schichten macht, lässt sich kopieren.</translation>
    </message>
    <message>
        <source>Generate it anew: then it is written with stand-ins.</source>
        <translation>Erzeugen Sie sie neu: Dann wird sie mit Ersatz geschrieben.</translation>
    </message>
    <message>
        <source>Give a PEM file (-----BEGIN CERTIFICATE-----).</source>
        <translation>Geben Sie eine PEM-Datei an (-----BEGIN CERTIFICATE-----).</translation>
    </message>
    <message>
        <source>Give a shorter one.</source>
        <translation>Geben Sie eine kürzere ein.</translation>
    </message>
    <message>
        <source>Give a whole number from 0 to 100, or none.</source>
        <translation>Geben Sie eine ganze Zahl von 0 bis 100 an, oder none.</translation>
    </message>
    <message>
        <source>Give it as an absolute path.</source>
        <translation>Geben Sie ihn als vollständigen Pfad an.</translation>
    </message>
    <message>
        <source>Give it as https://host or https://host:port.</source>
        <translation>Geben Sie sie als https://host oder https://host:port an.</translation>
    </message>
    <message>
        <source>Give its SHA-256: 64 hexadecimal digits.</source>
        <translation>Geben Sie seinen SHA-256 an: 64 hexadezimale Ziffern.</translation>
    </message>
    <message>
        <source>Give several words that only you would put together.</source>
        <translation>Geben Sie mehrere Wörter ein, die nur Sie zusammenstellen würden.</translation>
    </message>
    <message>
        <source>Have the estimate made for that one, then start again.</source>
        <translation>Lassen Sie die Schätzung dafür machen, und starten Sie dann erneut.</translation>
    </message>
    <message>
        <source>How much of your last message could be rebuilt is still being measured, and you have set a limit.</source>
        <translation>Es wird noch gemessen, wie viel von Ihrer letzten Nachricht wiederhergestellt werden könnte, und Sie haben eine Grenze gesetzt.</translation>
    </message>
    <message>
        <source>If it happens again, tell whoever runs it.</source>
        <translation>Sagen Sie es dem Betreiber, falls es wieder geschieht.</translation>
    </message>
    <message>
        <source>If noise were added to the embeddings</source>
        <translation>Wenn den Embeddings Rauschen hinzugefügt würde</translation>
    </message>
    <message>
        <source>If the backend is your own, compare its fingerprint and trust it in the settings, or name its certificate authority with --ca-file. Otherwise do not connect.</source>
        <translation>Wenn das Backend Ihr eigenes ist, vergleichen Sie seinen Fingerabdruck und vertrauen Sie ihm in den Einstellungen, oder nennen Sie seine Zertifizierungsstelle mit --ca-file. Verbinden Sie sich sonst nicht.</translation>
    </message>
    <message>
        <source>If the keyring belongs to another desktop or login, start Nearhalf there. Otherwise restore a backup.</source>
        <translation>Wenn der Schlüsselbund zu einer anderen Arbeitsumgebung oder Anmeldung gehört, starten Sie Nearhalf dort. Spielen Sie sonst eine Sicherung zurück.</translation>
    </message>
    <message>
        <source>It has: {0}.</source>
        <translation>Es hat: {0}.</translation>
    </message>
    <message>
        <source>It is tried again when the app starts. Close other windows of Nearhalf, then start it again.</source>
        <translation>Es wird beim Start der App erneut versucht. Schließen Sie andere Fenster von Nearhalf, und starten Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>It works with the built-in backend&apos;s model.</source>
        <translation>Es geht mit dem Modell des eingebauten Backends.</translation>
    </message>
    <message>
        <source>Its description cannot be read.</source>
        <translation>Seine Beschreibung kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Its version may not match this app&apos;s: update both, or choose another backend.</source>
        <translation>Seine Version passt vielleicht nicht zu dieser App: Aktualisieren Sie beide, oder wählen Sie ein anderes Backend.</translation>
    </message>
    <message>
        <source>Leave it out; the token says who you are.</source>
        <translation>Lassen Sie es weg; das Token sagt, wer Sie sind.</translation>
    </message>
    <message>
        <source>Let it train until its first test, or discard the job.</source>
        <translation>Lassen Sie bis zum ersten Test trainieren, oder verwerfen Sie die Feinabstimmung.</translation>
    </message>
    <message>
        <source>Loading the device&apos;s half of the model.</source>
        <translation>Die Hälfte des Modells für dieses Gerät wird geladen.</translation>
    </message>
    <message>
        <source>Look at one message at a time.</source>
        <translation>Sehen Sie sich jeweils eine einzelne Nachricht an.</translation>
    </message>
    <message>
        <source>Look right after sending: frames stay in memory for a while only.</source>
        <translation>Sehen Sie gleich nach dem Senden nach: Frames bleiben nur eine Weile im Speicher.</translation>
    </message>
    <message>
        <source>Look up the embeddings</source>
        <translation>Die Embeddings nachschlagen</translation>
    </message>
    <message>
        <source>Make it writable, or name another folder in the environment variable NEARHALF_HOME.</source>
        <translation>Machen Sie ihn beschreibbar, oder nennen Sie einen anderen Ordner in der Umgebungsvariablen NEARHALF_HOME.</translation>
    </message>
    <message>
        <source>Make it writable.</source>
        <translation>Machen Sie ihn beschreibbar.</translation>
    </message>
    <message>
        <source>Make one of them first, then the backup.</source>
        <translation>Erstellen Sie zuerst eines davon, dann die Sicherung.</translation>
    </message>
    <message>
        <source>Make room on the disk for a second copy of it and start again, or start the version from before.</source>
        <translation>Schaffen Sie auf der Festplatte Platz für eine zweite Kopie davon und starten Sie neu, oder starten Sie die vorige Version.</translation>
    </message>
    <message>
        <source>Make room on the disk, or choose another folder.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Make room on the disk, or make the folder writable.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, oder machen Sie den Ordner beschreibbar.</translation>
    </message>
    <message>
        <source>Make room on the disk, or make the folder writable. The keys from before still open the history.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, oder machen Sie den Ordner beschreibbar. Die bisherigen Schlüssel öffnen den Verlauf weiterhin.</translation>
    </message>
    <message>
        <source>Make room on the disk, then resume: the same steps are done again, to the same result.</source>
        <translation>Schaffen Sie Platz auf der Festplatte und setzen Sie dann fort: Dieselben Schritte werden noch einmal gemacht, mit demselben Ergebnis.</translation>
    </message>
    <message>
        <source>Make room on the disk, then try again.</source>
        <translation>Schaffen Sie Platz auf der Festplatte, und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>Make room on the disk: it goes on by itself. Nothing is lost.</source>
        <translation>Schaffen Sie Platz auf der Festplatte: Es geht von selbst weiter. Nichts ist verloren.</translation>
    </message>
    <message>
        <source>Make the folder writable, or name another one in the environment variable NEARHALF_HOME.</source>
        <translation>Machen Sie den Ordner beschreibbar, oder nennen Sie einen anderen in der Umgebungsvariablen NEARHALF_HOME.</translation>
    </message>
    <message>
        <source>Measuring round trips.</source>
        <translation>Umläufe werden gemessen.</translation>
    </message>
    <message>
        <source>Measuring steps with an exchange at every layer.</source>
        <translation>Schritte mit einem Austausch an jeder Schicht werden gemessen.</translation>
    </message>
    <message>
        <source>Measuring steps without an adapter.</source>
        <translation>Schritte ohne Adapter werden gemessen.</translation>
    </message>
    <message>
        <source>Most of these rows are no public embeddings: they may belong to another model, or were altered.</source>
        <translation>Die meisten dieser Zeilen sind keine öffentlichen Embeddings: Vielleicht gehören sie zu einem anderen Modell, oder sie wurden verändert.</translation>
    </message>
    <message>
        <source>Move it away by hand, then start again.</source>
        <translation>Verschieben Sie sie von Hand, und starten Sie dann neu.</translation>
    </message>
    <message>
        <source>NEARHALF_HOME is {0}.</source>
        <translation>NEARHALF_HOME ist {0}.</translation>
    </message>
    <message>
        <source>Names cannot be found on this computer: the language model for it is not installed or damaged.</source>
        <translation>Namen können auf diesem Computer nicht gefunden werden: Das Sprachmodell dafür ist nicht installiert oder beschädigt.</translation>
    </message>
    <message>
        <source>Nearhalf&apos;s gate has not cleared this ({0}).</source>
        <translation>Die Sperre von Nearhalf hat das nicht freigegeben ({0}).</translation>
    </message>
    <message>
        <source>No adapter was at work in these frames, so there is nothing to copy.</source>
        <translation>In diesen Frames war kein Adapter am Werk, also gibt es nichts zu kopieren.</translation>
    </message>
    <message>
        <source>No chats were found in this file.</source>
        <translation>In dieser Datei wurden keine Chats gefunden.</translation>
    </message>
    <message>
        <source>No embeddings are among the frames that are kept.</source>
        <translation>Unter den aufbewahrten Frames sind keine Embeddings.</translation>
    </message>
    <message>
        <source>No frames of this message are kept any more.</source>
        <translation>Von dieser Nachricht sind keine Frames mehr aufbewahrt.</translation>
    </message>
    <message>
        <source>No hidden states are among the frames that are kept.</source>
        <translation>Unter den aufbewahrten Frames sind keine verborgenen Zustände.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>Es ist kein Modell geladen.</translation>
    </message>
    <message>
        <source>No record near its end chains to the one before it.</source>
        <translation>Kein Eintrag nahe dem Ende schließt an den davor an.</translation>
    </message>
    <message>
        <source>No recovery code contains {0}.</source>
        <translation>Kein Wiederherstellungscode enthält {0}.</translation>
    </message>
    <message>
        <source>No secure connection to {0} came about.</source>
        <translation>Es kam keine sichere Verbindung zu {0} zustande.</translation>
    </message>
    <message>
        <source>No working keyring was found, so the token is kept in {0}, readable by you alone.</source>
        <translation>Es wurde kein funktionierender Schlüsselbund gefunden; das Token liegt deshalb in {0}, nur für Sie lesbar.</translation>
    </message>
    <message>
        <source>Noise {0} times as long as each row would still leave {1} of the tokens. The app offers no noise: it would spoil the replies and hide little.</source>
        <translation>Rauschen, {0}-mal so lang wie jede Zeile, ließe immer noch {1} der Token übrig. Die App bietet kein Rauschen an: Es würde die Antworten verderben und wenig verbergen.</translation>
    </message>
    <message>
        <source>None of the {0} recorded contents is a whole frame.</source>
        <translation>Keiner der {0} aufgezeichneten Inhalte ist ein ganzer Frame.</translation>
    </message>
    <message>
        <source>Not sent: an operator who records could rebuild {0} % of the words of your last message, and your limit for this backend is {1} %.</source>
        <translation>Nicht gesendet: Ein Betreiber, der aufzeichnet, könnte {0} % der Wörter Ihrer letzten Nachricht wiederherstellen, und Ihre Grenze für dieses Backend ist {1} %.</translation>
    </message>
    <message>
        <source>Not sent: how much of your last message could be rebuilt could not be measured, and you have set a limit for this backend.</source>
        <translation>Nicht gesendet: Wie viel von Ihrer letzten Nachricht wiederhergestellt werden könnte, ließ sich nicht messen, und Sie haben für dieses Backend eine Grenze gesetzt.</translation>
    </message>
    <message>
        <source>Nothing has been tested yet, so there is no best to keep.</source>
        <translation>Es wurde noch nichts getestet, also gibt es noch kein Bestes zu behalten.</translation>
    </message>
    <message>
        <source>Nothing is lost: the history was opened another way.</source>
        <translation>Nichts ist verloren: Der Verlauf wurde auf einem anderen Weg geöffnet.</translation>
    </message>
    <message>
        <source>Nothing was sent to {0}: it is not a backend of this app.</source>
        <translation>An {0} wurde nichts gesendet: Das ist kein Backend dieser App.</translation>
    </message>
    <message>
        <source>Nothing was sent. Run start.py again, or turn the redaction of names off in the settings.</source>
        <translation>Nichts wurde gesendet. Starten Sie start.py erneut oder schalten Sie das Ersetzen von Namen in den Einstellungen aus.</translation>
    </message>
    <message>
        <source>Nothing was sent. This is a fault of the app; please report it.</source>
        <translation>Nichts wurde gesendet. Das ist ein Fehler der App; bitte melden Sie ihn.</translation>
    </message>
    <message>
        <source>Numbers to be sent are too large for the fp16 format.</source>
        <translation>Zahlen, die gesendet werden sollen, sind zu groß für das Format fp16.</translation>
    </message>
    <message>
        <source>One chat in this file is too large to be read.</source>
        <translation>Ein Chat in dieser Datei ist zu groß, um gelesen zu werden.</translation>
    </message>
    <message>
        <source>Only your own messages can be edited.</source>
        <translation>Nur Ihre eigenen Nachrichten können bearbeitet werden.</translation>
    </message>
    <message>
        <source>Open it with that version.</source>
        <translation>Öffnen Sie sie mit jener Version.</translation>
    </message>
    <message>
        <source>Paste the token as the backend&apos;s operator gave it to you, on one line.</source>
        <translation>Fügen Sie das Token so ein, wie der Betreiber des Backends es Ihnen gegeben hat, in einer Zeile.</translation>
    </message>
    <message>
        <source>Pick a conversations.json, a Nearhalf export, or the ZIP file it came in.</source>
        <translation>Wählen Sie eine conversations.json, einen Nearhalf-Export oder die ZIP-Datei, in der sie kam.</translation>
    </message>
    <message>
        <source>Pick the ZIP file that ChatGPT or Claude sent you, or a Nearhalf export.</source>
        <translation>Wählen Sie die ZIP-Datei, die ChatGPT oder Claude Ihnen geschickt hat, oder einen Nearhalf-Export.</translation>
    </message>
    <message>
        <source>Pick the file that you downloaded.</source>
        <translation>Wählen Sie die Datei, die Sie heruntergeladen haben.</translation>
    </message>
    <message>
        <source>Put the file back, or restore a backup, or start with an empty history: the old one is kept.</source>
        <translation>Legen Sie die Datei zurück, spielen Sie eine Sicherung zurück, oder beginnen Sie mit einem leeren Verlauf: Der alte bleibt erhalten.</translation>
    </message>
    <message>
        <source>Puts the model&apos;s public output layer on every hidden state that came back.</source>
        <translation>Wendet die öffentliche Ausgabeschicht des Modells auf jeden verborgenen Zustand an, der zurückkam.</translation>
    </message>
    <message>
        <source>Read the reply from the hidden states</source>
        <translation>Die Antwort aus den verborgenen Zuständen lesen</translation>
    </message>
    <message>
        <source>Record {0} continues the name of a host that was never begun.</source>
        <translation>Eintrag {0} setzt den Namen eines Rechners fort, der nie begonnen wurde.</translation>
    </message>
    <message>
        <source>Record {0} is erased, and no later record says that it was.</source>
        <translation>Eintrag {0} ist gelöscht, und kein späterer Eintrag sagt, dass er gelöscht wurde.</translation>
    </message>
    <message>
        <source>Record {0} is marked as erased, and still says something.</source>
        <translation>Eintrag {0} ist als gelöscht gekennzeichnet und sagt doch noch etwas.</translation>
    </message>
    <message>
        <source>Record {0} is missing or out of place: number {1} stands there.</source>
        <translation>Eintrag {0} fehlt oder steht am falschen Platz: Dort steht Nummer {1}.</translation>
    </message>
    <message>
        <source>Record {0} names a host that was never introduced.</source>
        <translation>Eintrag {0} nennt einen Rechner, der nie vorgestellt wurde.</translation>
    </message>
    <message>
        <source>Record {0} tells of an erasure, and breaks the rules for that.</source>
        <translation>Eintrag {0} berichtet von einer Löschung und verletzt die Regeln dafür.</translation>
    </message>
    <message>
        <source>Record {0} was altered, or the one before it: its chain hash does not fit.</source>
        <translation>Eintrag {0} oder der davor wurde verändert: Seine Prüfsumme passt nicht.</translation>
    </message>
    <message>
        <source>Record {0} was to be erased (record {1} says so), and still has its contents.</source>
        <translation>Eintrag {0} sollte gelöscht werden (so sagt es Eintrag {1}) und hat seinen Inhalt noch.</translation>
    </message>
    <message>
        <source>Records are missing at the end: the chain stops at {0}.</source>
        <translation>Am Ende fehlen Einträge: Die Kette hört bei {0} auf.</translation>
    </message>
    <message>
        <source>Remove the limit in the settings, or use the built-in backend or your own.</source>
        <translation>Heben Sie die Grenze in den Einstellungen auf, oder verwenden Sie das eingebaute Backend oder Ihr eigenes.</translation>
    </message>
    <message>
        <source>Remove the model and fetch it again.</source>
        <translation>Entfernen Sie das Modell, und laden Sie es neu.</translation>
    </message>
    <message>
        <source>Remove the model and prepare it again.</source>
        <translation>Entfernen Sie das Modell, und bereiten Sie es neu vor.</translation>
    </message>
    <message>
        <source>Remove the model in the settings and fetch it again.</source>
        <translation>Entfernen Sie das Modell in den Einstellungen, und laden Sie es neu.</translation>
    </message>
    <message>
        <source>Replace identifying text before sending, use the built-in backend or your own, or raise the limit in the settings.</source>
        <translation>Lassen Sie vor dem Senden ersetzen, was Menschen erkennbar macht, verwenden Sie das eingebaute Backend oder Ihr eigenes, oder erhöhen Sie die Grenze in den Einstellungen.</translation>
    </message>
    <message>
        <source>Restore a backup, or start with an empty history: the damaged file is kept either way.</source>
        <translation>Spielen Sie eine Sicherung zurück, oder beginnen Sie mit einem leeren Verlauf: Die beschädigte Datei bleibt in jedem Fall erhalten.</translation>
    </message>
    <message>
        <source>Restore a backup, or start with an empty history: the old files are kept either way.</source>
        <translation>Spielen Sie eine Sicherung zurück, oder beginnen Sie mit einem leeren Verlauf: Die alten Dateien bleiben in jedem Fall erhalten.</translation>
    </message>
    <message>
        <source>Restore it with that version.</source>
        <translation>Spielen Sie sie mit jener Version zurück.</translation>
    </message>
    <message>
        <source>Run start.py again; it fetches and converts the model.</source>
        <translation>Führen Sie start.py noch einmal aus; es lädt und wandelt das Modell.</translation>
    </message>
    <message>
        <source>Runs candidate words through the public layers until the numbers match.</source>
        <translation>Schickt mögliche Wörter durch die öffentlichen Schichten, bis die Zahlen übereinstimmen.</translation>
    </message>
    <message>
        <source>Send a message and look right afterwards.</source>
        <translation>Senden Sie eine Nachricht, und sehen Sie gleich danach nach.</translation>
    </message>
    <message>
        <source>Send again in a moment.</source>
        <translation>Senden Sie in einem Moment erneut.</translation>
    </message>
    <message>
        <source>Send the message again and look at it while the app is open.</source>
        <translation>Senden Sie die Nachricht noch einmal, und sehen Sie sie an, solange die App offen ist.</translation>
    </message>
    <message>
        <source>Set one first.</source>
        <translation>Legen Sie zuerst eine fest.</translation>
    </message>
    <message>
        <source>Someone may be in between. Ask whoever runs the backend whether its certificate was renewed, and compare the new fingerprint before you trust it in the settings.</source>
        <translation>Vielleicht ist jemand dazwischen. Fragen Sie den Betreiber des Backends, ob sein Zertifikat erneuert wurde, und vergleichen Sie den neuen Fingerabdruck, bevor Sie ihm in den Einstellungen vertrauen.</translation>
    </message>
    <message>
        <source>Something went wrong inside Nearhalf.</source>
        <translation>In Nearhalf ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Start a new chat, or choose another model.</source>
        <translation>Beginnen Sie einen neuen Chat, oder wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>Start a new chat, or edit an earlier message to make it shorter.</source>
        <translation>Beginnen Sie einen neuen Chat, oder bearbeiten Sie eine frühere Nachricht, um ihn zu kürzen.</translation>
    </message>
    <message>
        <source>Start a new chat, or use a backend with a higher limit.</source>
        <translation>Beginnen Sie einen neuen Chat, oder verwenden Sie ein Backend mit einer höheren Grenze.</translation>
    </message>
    <message>
        <source>Start again, so that the right device pack is fetched.</source>
        <translation>Starten Sie neu, damit das richtige Gerätepaket geladen wird.</translation>
    </message>
    <message>
        <source>Start that version; nothing was changed.</source>
        <translation>Starten Sie jene Version; nichts wurde verändert.</translation>
    </message>
    <message>
        <source>Starting the built-in backend: loading the model ({0} s).</source>
        <translation>Das eingebaute Backend startet: Das Modell wird geladen ({0} s).</translation>
    </message>
    <message>
        <source>Stop it first, or wait for it.</source>
        <translation>Halten Sie sie zuerst an, oder warten Sie darauf.</translation>
    </message>
    <message>
        <source>Switch the adapter off, or use the backend it was trained with.</source>
        <translation>Schalten Sie den Adapter ab, oder verwenden Sie das Backend, mit dem er trainiert wurde.</translation>
    </message>
    <message>
        <source>That message is no longer in this chat.</source>
        <translation>Diese Nachricht ist nicht mehr in diesem Chat.</translation>
    </message>
    <message>
        <source>The adapter could not be saved.</source>
        <translation>Der Adapter konnte nicht gespeichert werden.</translation>
    </message>
    <message>
        <source>The adapter file cannot be read.</source>
        <translation>Die Adapterdatei kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The adapter holds numbers that are not finite.</source>
        <translation>Der Adapter enthält Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>The adapter was trained with matrices A and B that this backend does not have.</source>
        <translation>Der Adapter wurde mit Matrizen A und B trainiert, die dieses Backend nicht hat.</translation>
    </message>
    <message>
        <source>The adapter {0} needs {1} layers of {2} on this computer, and its files hold {3}.</source>
        <translation>Der Adapter {0} braucht {1} Schichten von {2} auf diesem Computer, die Dateien enthalten aber {3}.</translation>
    </message>
    <message>
        <source>The adapter {0} was made for another model than {1}.</source>
        <translation>Der Adapter {0} wurde für ein anderes Modell als {1} gemacht.</translation>
    </message>
    <message>
        <source>The adapter {0} was made with other matrices A and B than this backend has.</source>
        <translation>Der Adapter {0} wurde mit anderen Matrizen A und B gemacht, als dieses Backend hat.</translation>
    </message>
    <message>
        <source>The adapter {0}.</source>
        <translation>Der Adapter {0}.</translation>
    </message>
    <message>
        <source>The adapter&apos;s answer is too large to be a number.</source>
        <translation>Die Antwort des Adapters ist zu groß für eine Zahl.</translation>
    </message>
    <message>
        <source>The adapter&apos;s description of itself is damaged.</source>
        <translation>Die Beschreibung im Adapter ist beschädigt.</translation>
    </message>
    <message>
        <source>The adapter&apos;s exchange plan does not fit the model on this backend.</source>
        <translation>Der Austauschplan des Adapters passt nicht zum Modell auf diesem Backend.</translation>
    </message>
    <message>
        <source>The adapter&apos;s head part is wider than the model.</source>
        <translation>Der Kopfteil des Adapters ist breiter als das Modell.</translation>
    </message>
    <message>
        <source>The adapter&apos;s plan names a layer that {0} does not have.</source>
        <translation>Der Plan des Adapters nennt eine Schicht, die {0} nicht hat.</translation>
    </message>
    <message>
        <source>The adapter&apos;s ranks are larger than the {0} that the recipe offers.</source>
        <translation>Die Ränge des Adapters sind größer als die {0}, die das Rezept bietet.</translation>
    </message>
    <message>
        <source>The adapter&apos;s tensor {0} has the wrong shape or type.</source>
        <translation>Der Tensor {0} des Adapters hat die falsche Form oder Art.</translation>
    </message>
    <message>
        <source>The address holds a space or a control character.</source>
        <translation>Die Adresse enthält ein Leer- oder Steuerzeichen.</translation>
    </message>
    <message>
        <source>The address holds a user name or a password.</source>
        <translation>Die Adresse enthält einen Benutzernamen oder ein Passwort.</translation>
    </message>
    <message>
        <source>The address of {0} was not found.</source>
        <translation>Die Adresse von {0} wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>The app connects again.</source>
        <translation>Die App verbindet sich neu.</translation>
    </message>
    <message>
        <source>The app is closing.</source>
        <translation>Die App wird beendet.</translation>
    </message>
    <message>
        <source>The backend answered in a form that this app does not know.</source>
        <translation>Das Backend hat in einer Form geantwortet, die diese App nicht kennt.</translation>
    </message>
    <message>
        <source>The backend answered in a way the protocol does not allow ({0}).</source>
        <translation>Das Backend hat so geantwortet, wie es das Protokoll nicht erlaubt ({0}).</translation>
    </message>
    <message>
        <source>The backend answered with status {0}.</source>
        <translation>Das Backend hat mit dem Status {0} geantwortet.</translation>
    </message>
    <message>
        <source>The backend at {0}, port {1}, does not answer.</source>
        <translation>Das Backend auf {0}, Port {1}, antwortet nicht.</translation>
    </message>
    <message>
        <source>The backend closed the connection before its answer was whole.</source>
        <translation>Das Backend hat die Verbindung geschlossen, bevor seine Antwort vollständig war.</translation>
    </message>
    <message>
        <source>The backend closed the connection without a word.</source>
        <translation>Das Backend hat die Verbindung wortlos geschlossen.</translation>
    </message>
    <message>
        <source>The backend closed the connection.</source>
        <translation>Das Backend hat die Verbindung geschlossen.</translation>
    </message>
    <message>
        <source>The backend did not accept the access token.</source>
        <translation>Das Backend hat das Zugangstoken nicht angenommen.</translation>
    </message>
    <message>
        <source>The backend did not answer in time.</source>
        <translation>Das Backend hat nicht rechtzeitig geantwortet.</translation>
    </message>
    <message>
        <source>The backend does not allow this.</source>
        <translation>Das Backend erlaubt das nicht.</translation>
    </message>
    <message>
        <source>The backend does not speak version {0} of the protocol.</source>
        <translation>Das Backend spricht die Version {0} des Protokolls nicht.</translation>
    </message>
    <message>
        <source>The backend ended the connection.</source>
        <translation>Das Backend hat die Verbindung beendet.</translation>
    </message>
    <message>
        <source>The backend ended the session because it was idle or too old.</source>
        <translation>Das Backend hat die Sitzung beendet, weil sie untätig oder zu alt war.</translation>
    </message>
    <message>
        <source>The backend ended the session by its rules.</source>
        <translation>Das Backend hat die Sitzung nach seinen Regeln beendet.</translation>
    </message>
    <message>
        <source>The backend failed on its own side.</source>
        <translation>Das Backend ist auf seiner Seite gescheitert.</translation>
    </message>
    <message>
        <source>The backend found a fault in the protocol.</source>
        <translation>Das Backend hat einen Verstoß gegen das Protokoll gefunden.</translation>
    </message>
    <message>
        <source>The backend gave up waiting for this device.</source>
        <translation>Das Backend hat aufgehört, auf dieses Gerät zu warten.</translation>
    </message>
    <message>
        <source>The backend gave up waiting.</source>
        <translation>Das Backend hat aufgehört zu warten.</translation>
    </message>
    <message>
        <source>The backend had a fault of its own.</source>
        <translation>Das Backend hatte einen eigenen Fehler.</translation>
    </message>
    <message>
        <source>The backend has another model now than when this training began, or other matrices A and B.</source>
        <translation>Das Backend hat jetzt ein anderes Modell als zu Beginn dieses Trainings, oder andere Matrizen A und B.</translation>
    </message>
    <message>
        <source>The backend has no memory left for another chat.</source>
        <translation>Das Backend hat keinen Speicher mehr für einen weiteren Chat.</translation>
    </message>
    <message>
        <source>The backend has no room for more sessions now.</source>
        <translation>Das Backend hat jetzt keinen Platz für weitere Sitzungen.</translation>
    </message>
    <message>
        <source>The backend is busy or starting.</source>
        <translation>Das Backend ist beschäftigt oder startet.</translation>
    </message>
    <message>
        <source>The backend is not ready yet.</source>
        <translation>Das Backend ist noch nicht bereit.</translation>
    </message>
    <message>
        <source>The backend is restarting.</source>
        <translation>Das Backend startet neu.</translation>
    </message>
    <message>
        <source>The backend is serving as many chats as it can.</source>
        <translation>Das Backend bedient schon so viele Chats, wie es kann.</translation>
    </message>
    <message>
        <source>The backend is shutting down.</source>
        <translation>Das Backend fährt herunter.</translation>
    </message>
    <message>
        <source>The backend is too busy.</source>
        <translation>Das Backend ist überlastet.</translation>
    </message>
    <message>
        <source>The backend points to another address, which is not followed.</source>
        <translation>Das Backend verweist auf eine andere Adresse, der nicht gefolgt wird.</translation>
    </message>
    <message>
        <source>The backend refused a message as too large.</source>
        <translation>Das Backend hat eine Nachricht als zu groß abgelehnt.</translation>
    </message>
    <message>
        <source>The backend refused the request as too large.</source>
        <translation>Das Backend hat die Anfrage als zu groß abgelehnt.</translation>
    </message>
    <message>
        <source>The backend refused what this device sent ({0}).</source>
        <translation>Das Backend hat abgelehnt, was dieses Gerät gesendet hat ({0}).</translation>
    </message>
    <message>
        <source>The backend sent a block of numbers of the wrong size.</source>
        <translation>Das Backend hat einen Block von Zahlen in falscher Größe gesendet.</translation>
    </message>
    <message>
        <source>The backend sent a message larger than the protocol allows.</source>
        <translation>Das Backend hat eine größere Nachricht gesendet, als das Protokoll erlaubt.</translation>
    </message>
    <message>
        <source>The backend sent no final state.</source>
        <translation>Das Backend hat keinen Endzustand gesendet.</translation>
    </message>
    <message>
        <source>The backend sent numbers that are not finite (NaN or infinity), so this reply cannot go on.</source>
        <translation>Das Backend hat Zahlen gesendet, die nicht endlich sind (NaN oder unendlich); diese Antwort kann deshalb nicht weitergehen.</translation>
    </message>
    <message>
        <source>The backend speaks another version of the protocol.</source>
        <translation>Das Backend spricht eine andere Version des Protokolls.</translation>
    </message>
    <message>
        <source>The backend speaks version {0} of the protocol, and this app version {1}.</source>
        <translation>Das Backend spricht die Version {0} des Protokolls und diese App die Version {1}.</translation>
    </message>
    <message>
        <source>The backend&apos;s address is not a URL.</source>
        <translation>Die Adresse des Backends ist keine URL.</translation>
    </message>
    <message>
        <source>The backend&apos;s address must begin with https:// or http://.</source>
        <translation>Die Adresse des Backends muss mit https:// oder http:// beginnen.</translation>
    </message>
    <message>
        <source>The backend&apos;s address must not carry a name, a password or a query.</source>
        <translation>Die Adresse des Backends darf keinen Namen, kein Passwort und keine Abfrage enthalten.</translation>
    </message>
    <message>
        <source>The backend&apos;s answer cannot be read.</source>
        <translation>Die Antwort des Backends kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The backend&apos;s list of models cannot be read.</source>
        <translation>Die Modellliste des Backends kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The built-in backend cannot be started: {0}.</source>
        <translation>Das eingebaute Backend kann nicht gestartet werden: {0}.</translation>
    </message>
    <message>
        <source>The built-in backend did not answer within {0} s.</source>
        <translation>Das eingebaute Backend hat innerhalb von {0} s nicht geantwortet.</translation>
    </message>
    <message>
        <source>The built-in backend ended while it was starting (status {0}).</source>
        <translation>Das eingebaute Backend endete beim Start (Status {0}).</translation>
    </message>
    <message>
        <source>The built-in backend listens beyond this computer, which it must not.</source>
        <translation>Das eingebaute Backend lauscht über diesen Computer hinaus, was es nicht darf.</translation>
    </message>
    <message>
        <source>The built-in backend named an address that is not one.</source>
        <translation>Das eingebaute Backend nannte eine Adresse, die keine ist.</translation>
    </message>
    <message>
        <source>The certificate file {0} cannot be read: {1}.</source>
        <translation>Die Zertifikatsdatei {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The certificate of {0} is not trusted: {1}. Nothing was sent.</source>
        <translation>Dem Zertifikat von {0} wird nicht vertraut: {1}. Nichts wurde gesendet.</translation>
    </message>
    <message>
        <source>The connection to the backend broke.</source>
        <translation>Die Verbindung zum Backend ist abgerissen.</translation>
    </message>
    <message>
        <source>The connection was broken off.</source>
        <translation>Die Verbindung wurde abgebrochen.</translation>
    </message>
    <message>
        <source>The data folder {0} cannot be used: {1}.</source>
        <translation>Der Datenordner {0} kann nicht verwendet werden: {1}.</translation>
    </message>
    <message>
        <source>The data folder {0} cannot be written: {1}.</source>
        <translation>Der Datenordner {0} kann nicht beschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The description of the model on this computer (pack.json) is damaged.</source>
        <translation>Die Beschreibung des Modells auf diesem Computer (pack.json) ist beschädigt.</translation>
    </message>
    <message>
        <source>The description of the model on this computer (pack.json) is missing or damaged.</source>
        <translation>Die Beschreibung des Modells auf diesem Computer (pack.json) fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The device&apos;s part of the model that these frames were made with is not on this computer.</source>
        <translation>Der Teil des Modells für das Gerät, mit dem diese Frames gemacht wurden, ist nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>The disk is full, so nothing of the training can be stored.</source>
        <translation>Die Festplatte ist voll, deshalb kann vom Training nichts gespeichert werden.</translation>
    </message>
    <message>
        <source>The disk is full: {0} cannot be written. What was there before is safe.</source>
        <translation>Die Festplatte ist voll: {0} kann nicht geschrieben werden. Was vorher da war, ist sicher.</translation>
    </message>
    <message>
        <source>The disk was full when this training stopped, so its last steps are not stored.</source>
        <translation>Die Festplatte war voll, als dieses Training anhielt, deshalb sind seine letzten Schritte nicht gespeichert.</translation>
    </message>
    <message>
        <source>The file ends inside record {0}.</source>
        <translation>Die Datei endet innerhalb des Eintrags {0}.</translation>
    </message>
    <message>
        <source>The file is not a ledger.</source>
        <translation>Die Datei ist kein Sendeprotokoll.</translation>
    </message>
    <message>
        <source>The file is too short to be a ledger.</source>
        <translation>Die Datei ist zu kurz für ein Sendeprotokoll.</translation>
    </message>
    <message>
        <source>The file of trusted certificates cannot be read.</source>
        <translation>Die Datei der vertrauten Zertifikate kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The file {0} cannot be read: {1}.</source>
        <translation>Die Datei {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The file {0} cannot be written: {1}.</source>
        <translation>Die Datei {0} kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The folder {0} cannot be written: {1}.</source>
        <translation>Der Ordner {0} kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The gate kept bytes from leaving this computer: {0}.</source>
        <translation>Die Sperre hat verhindert, dass Bytes diesen Computer verlassen: {0}.</translation>
    </message>
    <message>
        <source>The hidden states belong to another model.</source>
        <translation>Die verborgenen Zustände gehören zu einem anderen Modell.</translation>
    </message>
    <message>
        <source>The hidden states have different widths.</source>
        <translation>Die verborgenen Zustände haben verschiedene Breiten.</translation>
    </message>
    <message>
        <source>The history could not be brought to this version: {0}. It is as it was, in {1}.</source>
        <translation>Der Verlauf konnte nicht auf diese Version gebracht werden: {0}. Er ist wie vorher, in {1}.</translation>
    </message>
    <message>
        <source>The history is locked.</source>
        <translation>Der Verlauf ist gesperrt.</translation>
    </message>
    <message>
        <source>The history was brought to this version; as it was before, it is kept for {0} days as {1}.</source>
        <translation>Der Verlauf wurde auf diese Version gebracht; wie er vorher war, bleibt er {0} Tage lang als {1} erhalten.</translation>
    </message>
    <message>
        <source>The history {0} cannot be used: {1}.</source>
        <translation>Der Verlauf {0} kann nicht verwendet werden: {1}.</translation>
    </message>
    <message>
        <source>The history {0} cannot be written: the file or its folder is read-only. All in it is safe.</source>
        <translation>Der Verlauf {0} kann nicht geschrieben werden: Die Datei oder ihr Ordner ist schreibgeschützt. Alles darin ist sicher.</translation>
    </message>
    <message>
        <source>The history {0} has no tables that this Nearhalf knows.</source>
        <translation>Der Verlauf {0} hat keine Tabellen, die dieses Nearhalf kennt.</translation>
    </message>
    <message>
        <source>The history {0} is damaged.</source>
        <translation>Der Verlauf {0} ist beschädigt.</translation>
    </message>
    <message>
        <source>The history {0} refused a change ({1} {2}). All before it is safe.</source>
        <translation>Der Verlauf {0} hat eine Änderung abgelehnt ({1} {2}). Alles davor ist sicher.</translation>
    </message>
    <message>
        <source>The history {0} was not there; a new, empty one was begun.</source>
        <translation>Der Verlauf {0} war nicht da; ein neuer, leerer wurde begonnen.</translation>
    </message>
    <message>
        <source>The history {0} was written by a newer Nearhalf.</source>
        <translation>Der Verlauf {0} wurde von einem neueren Nearhalf geschrieben.</translation>
    </message>
    <message>
        <source>The installation seems incomplete: run start.py again.</source>
        <translation>Die Installation scheint unvollständig: Führen Sie start.py noch einmal aus.</translation>
    </message>
    <message>
        <source>The key file holds a key that does not open the history.</source>
        <translation>Die Schlüsseldatei enthält einen Schlüssel, der den Verlauf nicht öffnet.</translation>
    </message>
    <message>
        <source>The key file {0} cannot be read: {1}.</source>
        <translation>Die Schlüsseldatei {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The key file {0} cannot be written: {1}.</source>
        <translation>Die Schlüsseldatei {0} kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The key file {0} is damaged, or belongs to another history.</source>
        <translation>Die Schlüsseldatei {0} ist beschädigt oder gehört zu einem anderen Verlauf.</translation>
    </message>
    <message>
        <source>The key file {0} is not there any more.</source>
        <translation>Die Schlüsseldatei {0} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The key log cannot be written: {0}.</source>
        <translation>Das Schlüsselprotokoll kann nicht geschrieben werden: {0}.</translation>
    </message>
    <message>
        <source>The keyring did not answer, so a token may still be in it, under {0}.</source>
        <translation>Der Schlüsselbund hat nicht geantwortet; ein Token könnte deshalb noch darin sein, unter {0}.</translation>
    </message>
    <message>
        <source>The keyring has been given the key again.</source>
        <translation>Der Schlüsselbund hat den Schlüssel wieder erhalten.</translation>
    </message>
    <message>
        <source>The keys of the history cannot be written to {0}: {1}.</source>
        <translation>Die Schlüssel des Verlaufs können nicht nach {0} geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The keys of the history were written by a newer Nearhalf.</source>
        <translation>Die Schlüssel des Verlaufs wurden von einem neueren Nearhalf geschrieben.</translation>
    </message>
    <message>
        <source>The keys of the history, {0}, are damaged, and so is their copy.</source>
        <translation>Die Schlüssel des Verlaufs, {0}, sind beschädigt, und ihre Kopie auch.</translation>
    </message>
    <message>
        <source>The keys of the history, {0}, are not there any more.</source>
        <translation>Die Schlüssel des Verlaufs, {0}, sind nicht mehr da.</translation>
    </message>
    <message>
        <source>The keys of the history, {0}, cannot be read: {1}.</source>
        <translation>Die Schlüssel des Verlaufs, {0}, können nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The last checkpoint cannot be read, so the training begins anew, with the same notes.</source>
        <translation>Der letzte Zwischenstand kann nicht gelesen werden, deshalb beginnt das Training neu, mit denselben Notizen.</translation>
    </message>
    <message>
        <source>The ledger cannot be written ({0}), so nothing is sent.</source>
        <translation>Das Sendeprotokoll kann nicht geschrieben werden ({0}); deshalb wird nichts gesendet.</translation>
    </message>
    <message>
        <source>The ledger could not be continued: {0} It was moved to {1}, and a new one was begun.</source>
        <translation>Das Sendeprotokoll konnte nicht fortgesetzt werden: {0} Es wurde nach {1} verschoben, und ein neues wurde begonnen.</translation>
    </message>
    <message>
        <source>The ledger ended with {0} bytes that do not fit its chain: a crash, or a change from outside. They were moved to {1}, and the chain goes on from record {2}.</source>
        <translation>Das Sendeprotokoll endete mit {0} Byte, die nicht zu seiner Kette passen: ein Absturz oder eine Änderung von außen. Sie wurden nach {1} verschoben, und die Kette geht ab Eintrag {2} weiter.</translation>
    </message>
    <message>
        <source>The ledger has version {0}; this program writes version {1}.</source>
        <translation>Das Sendeprotokoll hat die Version {0}; dieses Programm schreibt die Version {1}.</translation>
    </message>
    <message>
        <source>The ledger of what leaves this computer cannot be written ({0}), so nothing more is sent.</source>
        <translation>Das Protokoll dessen, was diesen Computer verlässt, kann nicht geschrieben werden ({0}); deshalb wird nichts mehr gesendet.</translation>
    </message>
    <message>
        <source>The limit on recovery is no percentage.</source>
        <translation>Die Grenze für die Wiederherstellung ist keine Prozentzahl.</translation>
    </message>
    <message>
        <source>The log has the details. Try again.</source>
        <translation>Die Protokolldatei nennt die Einzelheiten. Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The message that this one answers is not stored.</source>
        <translation>Die Nachricht, auf die diese antwortet, ist nicht gespeichert.</translation>
    </message>
    <message>
        <source>The model offers no recipe {0}.</source>
        <translation>Das Modell bietet kein Rezept {0}.</translation>
    </message>
    <message>
        <source>The model on the backend is not the one this device has the pack for.</source>
        <translation>Das Modell auf dem Backend ist nicht das, für das dieses Gerät das Paket hat.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template cannot be read.</source>
        <translation>Die Chatvorlage des Modells kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template does not accept this conversation.</source>
        <translation>Die Chatvorlage des Modells nimmt diese Unterhaltung nicht an.</translation>
    </message>
    <message>
        <source>The model&apos;s decoder layers are not on this computer, so this cannot be tried here.</source>
        <translation>Die Decoder-Schichten des Modells sind nicht auf diesem Computer; deshalb lässt sich das hier nicht versuchen.</translation>
    </message>
    <message>
        <source>The model&apos;s decoder layers on this computer are damaged.</source>
        <translation>Die Decoder-Schichten des Modells auf diesem Computer sind beschädigt.</translation>
    </message>
    <message>
        <source>The model&apos;s file {0} on this computer is missing or damaged.</source>
        <translation>Die Datei {0} des Modells auf diesem Computer fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The model&apos;s files are not on this computer.</source>
        <translation>Die Dateien des Modells sind nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>The model&apos;s files could not be written.</source>
        <translation>Die Dateien des Modells konnten nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The model&apos;s files do not fit each other.</source>
        <translation>Die Dateien des Modells passen nicht zueinander.</translation>
    </message>
    <message>
        <source>The model&apos;s files have format {0}; this app reads format {1}.</source>
        <translation>Die Dateien des Modells haben das Format {0}; diese App liest das Format {1}.</translation>
    </message>
    <message>
        <source>The model&apos;s files on this computer are damaged: {0}.</source>
        <translation>Die Dateien des Modells auf diesem Computer sind beschädigt: {0}.</translation>
    </message>
    <message>
        <source>The model&apos;s files on this computer lack a part that is needed here.</source>
        <translation>Den Dateien des Modells auf diesem Computer fehlt ein Teil, der hier gebraucht wird.</translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer (tokenizer.json) is damaged.</source>
        <translation>Der Tokenizer des Modells (tokenizer.json) ist beschädigt.</translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer (tokenizer.model) is damaged.</source>
        <translation>Der Tokenizer des Modells (tokenizer.model) ist beschädigt.</translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer on this computer is missing or damaged.</source>
        <translation>Der Tokenizer des Modells auf diesem Computer fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <source>The old history is</source>
        <translation>Der alte Verlauf wird</translation>
    </message>
    <message>
        <source>The old history, its keys and its adapters are</source>
        <translation>Der alte Verlauf, seine Schlüssel und seine Adapter werden</translation>
    </message>
    <message>
        <source>The passphrase is empty.</source>
        <translation>Die Passphrase ist leer.</translation>
    </message>
    <message>
        <source>The passphrase is longer than {0} characters.</source>
        <translation>Die Passphrase ist länger als {0} Zeichen.</translation>
    </message>
    <message>
        <source>The reply can be read from what the backend computes, without any frame of yours. Where a token was drawn by chance, this names the likeliest one instead.</source>
        <translation>Die Antwort lässt sich aus dem lesen, was das Backend berechnet, ohne einen Frame von Ihnen. Wo ein Token durch Zufall gezogen wurde, nennt dies stattdessen das wahrscheinlichste.</translation>
    </message>
    <message>
        <source>The system&apos;s keyring did not answer.</source>
        <translation>Der Schlüsselbund des Systems hat nicht geantwortet.</translation>
    </message>
    <message>
        <source>The system&apos;s keyring did not answer; what it holds of Nearhalf opens nothing any more.</source>
        <translation>Der Schlüsselbund des Systems hat nicht geantwortet; was er von Nearhalf hat, öffnet nichts mehr.</translation>
    </message>
    <message>
        <source>The system&apos;s keyring gave a key that does not open the history.</source>
        <translation>Der Schlüsselbund des Systems gab einen Schlüssel, der den Verlauf nicht öffnet.</translation>
    </message>
    <message>
        <source>The system&apos;s keyring gave something that is not the key of the history.</source>
        <translation>Der Schlüsselbund des Systems gab etwas, das nicht der Schlüssel des Verlaufs ist.</translation>
    </message>
    <message>
        <source>The system&apos;s keyring no longer has the key of the history.</source>
        <translation>Der Schlüsselbund des Systems hat den Schlüssel des Verlaufs nicht mehr.</translation>
    </message>
    <message>
        <source>The token of backend {0} is not there any more: the keyring was changed or is locked.</source>
        <translation>Das Token des Backends {0} ist nicht mehr da: Der Schlüsselbund wurde geändert oder ist gesperrt.</translation>
    </message>
    <message>
        <source>Choose bf16 or fp32 for what is sent; if that does not help, use another backend.</source>
        <translation>Wählen Sie bf16 oder fp32 für das, was gesendet wird; hilft das nicht, verwenden Sie ein anderes Backend.</translation>
    </message>
    <message>
        <source>1 PDF has no text: a scan needs text recognition (OCR) first.</source>
        <translation>1 PDF enthält keinen Text: Ein Scan braucht zuerst eine Texterkennung (OCR).</translation>
    </message>
    <message>
        <source>1 file could not be opened, or changed while it was read.</source>
        <translation>1 Datei ließ sich nicht öffnen oder änderte sich beim Lesen.</translation>
    </message>
    <message>
        <source>1 file has no text.</source>
        <translation>1 Datei enthält keinen Text.</translation>
    </message>
    <message>
        <source>1 file is called a text, but holds none.</source>
        <translation>1 Datei heißt wie ein Text, ist aber keiner.</translation>
    </message>
    <message>
        <source>1 file is damaged, or not safe to read.</source>
        <translation>1 Datei ist beschädigt oder nicht sicher zu lesen.</translation>
    </message>
    <message>
        <source>1 file is empty.</source>
        <translation>1 Datei ist leer.</translation>
    </message>
    <message>
        <source>1 file is locked with a password.</source>
        <translation>1 Datei ist mit einem Passwort gesperrt.</translation>
    </message>
    <message>
        <source>1 file is of a kind that is not read.</source>
        <translation>1 Datei ist von einer Art, die nicht gelesen wird.</translation>
    </message>
    <message>
        <source>1 file is too large.</source>
        <translation>1 Datei ist zu groß.</translation>
    </message>
    <message>
        <source>1 file or folder is beyond what is read at once.</source>
        <translation>1 Datei oder Ordner liegt jenseits dessen, was auf einmal gelesen wird.</translation>
    </message>
    <message>
        <source>1 file or folder is hidden, a link, or no ordinary file.</source>
        <translation>1 Datei oder Ordner ist versteckt, eine Verknüpfung oder keine gewöhnliche Datei.</translation>
    </message>
    <message>
        <source>1 note says the same as another.</source>
        <translation>1 Notiz sagt dasselbe wie eine andere.</translation>
    </message>
    <message>
        <source>Choose more notes: some are held back from training.</source>
        <translation>Wählen Sie mehr Notizen: Einige werden vom Training zurückgehalten.</translation>
    </message>
    <message>
        <source>Choose notes that hold some text.</source>
        <translation>Wählen Sie Notizen, die Text enthalten.</translation>
    </message>
    <message>
        <source>Choose the backend it was made with.</source>
        <translation>Wählen Sie das Backend, mit dem er gemacht wurde.</translation>
    </message>
    <message>
        <source>Close other programs to free memory, and try again.</source>
        <translation>Schließen Sie andere Programme, um Speicher freizugeben, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Fetch them again.</source>
        <translation>Laden Sie sie neu.</translation>
    </message>
    <message>
        <source>Fetching the matrices A and B: {0} of {1} MB.</source>
        <translation>Die Matrizen A und B werden geladen: {0} von {1} MB.</translation>
    </message>
    <message>
        <source>For {0} of {1} tokens.</source>
        <translation>Bei {0} von {1} Token.</translation>
    </message>
    <message>
        <source>If the first layers ran on your computer alone</source>
        <translation>Wenn die ersten Schichten nur auf Ihrem Computer liefen</translation>
    </message>
    <message>
        <source>If {0} layers ran on your computer alone{1}, an operator could still rebuild {2} of the tokens. So the app does not offer that as protection.</source>
        <translation>Liefen {0} Schichten nur auf Ihrem Computer{1}, könnte ein Betreiber immer noch {2} der Token wiederherstellen. Deshalb bietet die App das nicht als Schutz an.</translation>
    </message>
    <message>
        <source>In all {0}: {1} of the prompt, {2} of the reply.</source>
        <translation>Insgesamt {0}: {1} der Eingabe, {2} der Antwort.</translation>
    </message>
    <message>
        <source>It is left out: its public matrices are not on this computer.</source>
        <translation>Er ist ausgelassen: Seine öffentlichen Matrizen sind nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>It is {0} % of the row&apos;s length.</source>
        <translation>Er beträgt {0} % der Länge der Zeile.</translation>
    </message>
    <message>
        <source>It leaves {0} of the tokens.</source>
        <translation>Lässt {0} der Token übrig.</translation>
    </message>
    <message>
        <source>Looking whether secrets from the notes come out.</source>
        <translation>Es wird geprüft, ob Geheimnisse aus den Notizen herauskommen.</translation>
    </message>
    <message>
        <source>Nearhalf reads the exports of ChatGPT, Claude and Open WebUI (JSON, or the ZIP file), and its own.</source>
        <translation>Nearhalf liest die Exporte von ChatGPT, Claude und Open WebUI (JSON oder die ZIP-Datei) und seine eigenen.</translation>
    </message>
    <message>
        <source>No note is left to measure by.</source>
        <translation>Es bleibt keine Notiz, an der gemessen werden kann.</translation>
    </message>
    <message>
        <source>On average {0} of {1} tokens.</source>
        <translation>Im Mittel {0} von {1} Token.</translation>
    </message>
    <message>
        <source>Resume it when that model is back, or begin a new training. Nothing was lost.</source>
        <translation>Setzen Sie es fort, wenn dieses Modell wieder da ist, oder beginnen Sie ein neues Training. Nichts ging verloren.</translation>
    </message>
    <message>
        <source>Some files in {0} could not be deleted.</source>
        <translation>Einige Dateien in {0} konnten nicht gelöscht werden.</translation>
    </message>
    <message>
        <source>Some positions are no longer kept, so parts are missing.</source>
        <translation>Einige Positionen sind nicht mehr aufbewahrt, deshalb fehlen Teile.</translation>
    </message>
    <message>
        <source>The adapter has format {0}; this app reads formats up to {1}.</source>
        <translation>Der Adapter hat Format {0}; diese App liest Formate bis {1}.</translation>
    </message>
    <message>
        <source>The adapter needs a name.</source>
        <translation>Der Adapter braucht einen Namen.</translation>
    </message>
    <message>
        <source>The adapter that was chosen is no longer there.</source>
        <translation>Der gewählte Adapter ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The adapter {0} was made for a model that this backend does not have.</source>
        <translation>Der Adapter {0} wurde für ein Modell gemacht, das dieses Backend nicht hat.</translation>
    </message>
    <message>
        <source>The adapter&apos;s plan asks the backend for numbers that this computer works out itself.</source>
        <translation>Der Plan des Adapters verlangt vom Backend Zahlen, die dieser Computer selbst berechnet.</translation>
    </message>
    <message>
        <source>The adapter&apos;s plan changes a layer that this computer runs itself.</source>
        <translation>Der Plan des Adapters ändert eine Schicht, die dieser Computer selbst rechnet.</translation>
    </message>
    <message>
        <source>The adapter&apos;s plan has no tap that reads what the layers on this computer give.</source>
        <translation>Der Plan des Adapters hat keinen Abgriff, der liest, was die Schichten auf diesem Computer ergeben.</translation>
    </message>
    <message>
        <source>The answer cannot be read as a release feed.</source>
        <translation>Die Antwort kann nicht als Release-Feed gelesen werden.</translation>
    </message>
    <message>
        <source>The answer is too long or too slow to be a release feed.</source>
        <translation>Die Antwort ist zu lang oder zu langsam für einen Release-Feed.</translation>
    </message>
    <message>
        <source>The backend does not train now: it does not offer that, or has no room left for it.</source>
        <translation>Das Backend trainiert jetzt nicht: Es bietet das nicht an, oder es hat keinen Platz mehr dafür.</translation>
    </message>
    <message>
        <source>The backend sent a {0} where a {1} was due.</source>
        <translation>Das Backend hat {0} gesendet, wo {1} fällig war.</translation>
    </message>
    <message>
        <source>The backend sent another part of the file than was asked for.</source>
        <translation>Das Backend hat einen anderen Teil der Datei gesendet, als erbeten war.</translation>
    </message>
    <message>
        <source>The backend sent numbers that are not finite (NaN or infinity), so the training cannot go on.</source>
        <translation>Das Backend hat Zahlen gesendet, die nicht endlich sind (NaN oder unendlich); das Training kann deshalb nicht weitergehen.</translation>
    </message>
    <message>
        <source>The certificate of {0} is not trusted. Nothing was asked.</source>
        <translation>Dem Zertifikat von {0} wird nicht vertraut. Nichts wurde angefragt.</translation>
    </message>
    <message>
        <source>The download cannot be stored: {0}.</source>
        <translation>Der Download kann nicht gespeichert werden: {0}.</translation>
    </message>
    <message>
        <source>The download ended early.</source>
        <translation>Der Download endete zu früh.</translation>
    </message>
    <message>
        <source>The download is damaged: its SHA-256 is not what the backend said. It was deleted.</source>
        <translation>Der Download ist beschädigt: Sein SHA-256 ist nicht der, den das Backend nannte. Er wurde gelöscht.</translation>
    </message>
    <message>
        <source>The download is larger than the backend said.</source>
        <translation>Der Download ist größer, als das Backend angab.</translation>
    </message>
    <message>
        <source>The encrypted file is damaged.</source>
        <translation>Die verschlüsselte Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>The first {0} positions.</source>
        <translation>Die ersten {0} Positionen.</translation>
    </message>
    <message>
        <source>The folder {0} cannot be made: {1}.</source>
        <translation>Der Ordner {0} kann nicht angelegt werden: {1}.</translation>
    </message>
    <message>
        <source>The log has the details. Resume the training: it goes on from its last checkpoint.</source>
        <translation>Die Protokolldatei nennt die Einzelheiten. Setzen Sie das Training fort: Es geht ab seinem letzten Zwischenstand weiter.</translation>
    </message>
    <message>
        <source>The log {0} says why. Try again.</source>
        <translation>Die Protokolldatei {0} sagt, warum. Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The matrices A and B cannot be read.</source>
        <translation>Die Matrizen A und B können nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The passphrase does not open this file, or the file is damaged.</source>
        <translation>Die Passphrase öffnet diese Datei nicht, oder die Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>The release feed sends on to another address, which is not followed.</source>
        <translation>Der Release-Feed verweist auf eine andere Adresse, der nicht gefolgt wird.</translation>
    </message>
    <message>
        <source>The trainer cannot be told: {0}.</source>
        <translation>Dem Trainingsprozess kann nichts mitgeteilt werden: {0}.</translation>
    </message>
    <message>
        <source>The trainer&apos;s process cannot be started: {0}.</source>
        <translation>Der Trainingsprozess kann nicht gestartet werden: {0}.</translation>
    </message>
    <message>
        <source>The trainer&apos;s process ended before it began.</source>
        <translation>Der Trainingsprozess endete, bevor er begann.</translation>
    </message>
    <message>
        <source>The training went astray: held-out loss is no longer a number.</source>
        <translation>Das Training ist entgleist: Der Verlust bei den zurückgehaltenen Notizen ist keine Zahl mehr.</translation>
    </message>
    <message>
        <source>The training went astray: its gradient is no longer a finite number.</source>
        <translation>Das Training ist entgleist: Sein Gradient ist keine endliche Zahl mehr.</translation>
    </message>
    <message>
        <source>The training went astray: its numbers have grown without bound.</source>
        <translation>Das Training ist entgleist: Seine Zahlen sind ins Grenzenlose gewachsen.</translation>
    </message>
    <message>
        <source>The training&apos;s checkpoint cannot be read.</source>
        <translation>Der Zwischenstand des Trainings kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>There is a typing mistake in this recovery code.</source>
        <translation>In diesem Wiederherstellungscode ist ein Tippfehler.</translation>
    </message>
    <message>
        <source>There is no connection to the backend.</source>
        <translation>Es gibt keine Verbindung zum Backend.</translation>
    </message>
    <message>
        <source>There is no conversations.json in this ZIP file.</source>
        <translation>In dieser ZIP-Datei ist keine conversations.json.</translation>
    </message>
    <message>
        <source>There is no file {0}.</source>
        <translation>Es gibt keine Datei {0}.</translation>
    </message>
    <message>
        <source>There is no message that this reply could answer.</source>
        <translation>Es gibt keine Nachricht, auf die diese Antwort antworten könnte.</translation>
    </message>
    <message>
        <source>There is no passphrase, so there is nothing to lock.</source>
        <translation>Es gibt keine Passphrase, also auch nichts zu sperren.</translation>
    </message>
    <message>
        <source>There is no prepared model in {0}.</source>
        <translation>In {0} ist kein vorbereitetes Modell.</translation>
    </message>
    <message>
        <source>There is no release feed at this address.</source>
        <translation>Unter dieser Adresse gibt es keinen Release-Feed.</translation>
    </message>
    <message>
        <source>There is no reply to generate again.</source>
        <translation>Es gibt keine Antwort, die neu generiert werden könnte.</translation>
    </message>
    <message>
        <source>There is no such Nearhalf service at this address.</source>
        <translation>Unter dieser Adresse gibt es keinen solchen Nearhalf-Dienst.</translation>
    </message>
    <message>
        <source>There is no text to learn from.</source>
        <translation>Es gibt keinen Text, aus dem gelernt werden kann.</translation>
    </message>
    <message>
        <source>There is not enough memory to check the passphrase ({0} MiB).</source>
        <translation>Zum Prüfen der Passphrase fehlt Arbeitsspeicher ({0} MiB).</translation>
    </message>
    <message>
        <source>There is nothing to send.</source>
        <translation>Es gibt nichts zu senden.</translation>
    </message>
    <message>
        <source>There is too little to learn from: {0} different notes with {1} words.</source>
        <translation>Das ist zu wenig, um daraus zu lernen: {0} verschiedene Notizen mit {1} Wörtern.</translation>
    </message>
    <message>
        <source>These attachments are too long to be kept with the draft.</source>
        <translation>Diese Anhänge sind zu lang, um mit dem Entwurf aufbewahrt zu werden.</translation>
    </message>
    <message>
        <source>These could not be deleted: {0}. The keys of the history are gone.</source>
        <translation>Diese konnten nicht gelöscht werden: {0}. Die Schlüssel des Verlaufs sind weg.</translation>
    </message>
    <message>
        <source>These frames were made for another model than {0}.</source>
        <translation>Diese Frames wurden für ein anderes Modell als {0} gemacht.</translation>
    </message>
    <message>
        <source>These notes are too alike to hold some of them back.</source>
        <translation>Diese Notizen sind einander zu ähnlich, um einige davon zurückzuhalten.</translation>
    </message>
    <message>
        <source>They cannot be read any more: their key is gone. Delete the folder by hand.</source>
        <translation>Die Dateien sind nicht mehr lesbar: Der Schlüssel dazu ist weg. Löschen Sie den Ordner von Hand.</translation>
    </message>
    <message>
        <source>They stay in memory for a while only, and are wiped by locking: look right after sending.</source>
        <translation>Sie bleiben nur eine Weile im Speicher und werden durch Sperren gelöscht: Sehen Sie gleich nach dem Senden nach.</translation>
    </message>
    <message>
        <source>They stay until Nearhalf is closed. Send them before, or attach less.</source>
        <translation>Die Anhänge bleiben, bis Nearhalf beendet wird. Senden Sie sie vorher, oder hängen Sie weniger an.</translation>
    </message>
    <message>
        <source>This Nearhalf export names no version.</source>
        <translation>Dieser Nearhalf-Export nennt keine Version.</translation>
    </message>
    <message>
        <source>This ZIP file is damaged.</source>
        <translation>Diese ZIP-Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>This ZIP file is locked with a password.</source>
        <translation>Diese ZIP-Datei ist mit einem Passwort verschlossen.</translation>
    </message>
    <message>
        <source>This ZIP file is packed in an unusual way.</source>
        <translation>Diese ZIP-Datei ist auf ungewöhnliche Art gepackt.</translation>
    </message>
    <message>
        <source>This adapter is no longer there.</source>
        <translation>Dieser Adapter ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This backend does not allow chats as long as that.</source>
        <translation>Dieses Backend erlaubt keine so langen Chats.</translation>
    </message>
    <message>
        <source>This backend does not give away the matrices A and B.</source>
        <translation>Dieses Backend gibt die Matrizen A und B nicht heraus.</translation>
    </message>
    <message>
        <source>This backend does not offer fine-tuning.</source>
        <translation>Dieses Backend bietet keine Feinabstimmung an.</translation>
    </message>
    <message>
        <source>This backend does not train on {0} tokens at a time.</source>
        <translation>Dieses Backend trainiert nicht mit {0} Token auf einmal.</translation>
    </message>
    <message>
        <source>This backend does not train.</source>
        <translation>Dieses Backend trainiert nicht.</translation>
    </message>
    <message>
        <source>This backend has no matrices to train with.</source>
        <translation>Dieses Backend hat keine Matrizen, mit denen trainiert werden kann.</translation>
    </message>
    <message>
        <source>This backend has no model called {0}.</source>
        <translation>Dieses Backend hat kein Modell namens {0}.</translation>
    </message>
    <message>
        <source>This backend offers no model.</source>
        <translation>Dieses Backend bietet kein Modell an.</translation>
    </message>
    <message>
        <source>This backup is damaged or cut short. Nothing was changed.</source>
        <translation>Diese Sicherung ist beschädigt oder unvollständig. Nichts wurde verändert.</translation>
    </message>
    <message>
        <source>This backup was written by a newer Nearhalf.</source>
        <translation>Diese Sicherung wurde von einem neueren Nearhalf geschrieben.</translation>
    </message>
    <message>
        <source>This cannot be the address of a release feed.</source>
        <translation>Das kann nicht die Adresse eines Release-Feeds sein.</translation>
    </message>
    <message>
        <source>This chat has {0} tokens: the model&apos;s context of {1} has no room for a reply.</source>
        <translation>Dieser Chat hat {0} Token: Der Kontext des Modells von {1} lässt keinen Platz für eine Antwort.</translation>
    </message>
    <message>
        <source>This chat is in the history already.</source>
        <translation>Dieser Chat ist schon im Verlauf.</translation>
    </message>
    <message>
        <source>This chat is no longer there.</source>
        <translation>Dieser Chat ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This chat is not in the history any more.</source>
        <translation>Dieser Chat ist nicht mehr im Verlauf.</translation>
    </message>
    <message>
        <source>This chat no longer fits into the model&apos;s context of {0} tokens.</source>
        <translation>Dieser Chat passt nicht mehr in den Kontext des Modells von {0} Token.</translation>
    </message>
    <message>
        <source>This chat uses another adapter than the one that is loaded.</source>
        <translation>Dieser Chat benutzt einen anderen Adapter als den geladenen.</translation>
    </message>
    <message>
        <source>This file is damaged, or no export of chats.</source>
        <translation>Diese Datei ist beschädigt oder kein Export von Chats.</translation>
    </message>
    <message>
        <source>This file is damaged: it ends too early.</source>
        <translation>Diese Datei ist beschädigt: Sie endet zu früh.</translation>
    </message>
    <message>
        <source>This file is damaged: it is nested too deeply.</source>
        <translation>Diese Datei ist beschädigt: Sie ist zu tief verschachtelt.</translation>
    </message>
    <message>
        <source>This file is empty.</source>
        <translation>Diese Datei ist leer.</translation>
    </message>
    <message>
        <source>This file is no text.</source>
        <translation>Diese Datei ist kein Text.</translation>
    </message>
    <message>
        <source>This file is not a Nearhalf adapter.</source>
        <translation>Diese Datei ist kein Nearhalf-Adapter.</translation>
    </message>
    <message>
        <source>This file is not a backup of Nearhalf.</source>
        <translation>Diese Datei ist keine Sicherung von Nearhalf.</translation>
    </message>
    <message>
        <source>This file unpacks to far more than a history of chats.</source>
        <translation>Diese Datei entpackt sich zu weit mehr als einem Verlauf von Chats.</translation>
    </message>
    <message>
        <source>This file was encrypted by a newer Nearhalf.</source>
        <translation>Diese Datei wurde von einem neueren Nearhalf verschlüsselt.</translation>
    </message>
    <message>
        <source>This file was not encrypted with a passphrase.</source>
        <translation>Diese Datei wurde nicht mit einer Passphrase verschlüsselt.</translation>
    </message>
    <message>
        <source>This fine-tuning job is already running.</source>
        <translation>Diese Feinabstimmung läuft bereits.</translation>
    </message>
    <message>
        <source>This fine-tuning job is no longer there.</source>
        <translation>Diese Feinabstimmung ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This fine-tuning job was written by another version of Nearhalf.</source>
        <translation>Diese Feinabstimmung wurde von einer anderen Version von Nearhalf geschrieben.</translation>
    </message>
    <message>
        <source>This folder is no longer there.</source>
        <translation>Dieser Ordner ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This history has neither a passphrase nor a recovery code.</source>
        <translation>Dieser Verlauf hat weder eine Passphrase noch einen Wiederherstellungscode.</translation>
    </message>
    <message>
        <source>This history has no passphrase.</source>
        <translation>Dieser Verlauf hat keine Passphrase.</translation>
    </message>
    <message>
        <source>This is no longer there.</source>
        <translation>Das ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This is not a certificate&apos;s fingerprint.</source>
        <translation>Das ist kein Fingerabdruck eines Zertifikats.</translation>
    </message>
    <message>
        <source>This is not a token.</source>
        <translation>Das ist kein Token.</translation>
    </message>
    <message>
        <source>This key does not open the history.</source>
        <translation>Dieser Schlüssel öffnet den Verlauf nicht.</translation>
    </message>
    <message>
        <source>This message is in the history already.</source>
        <translation>Diese Nachricht ist schon im Verlauf.</translation>
    </message>
    <message>
        <source>This message is no longer stored.</source>
        <translation>Diese Nachricht ist nicht mehr gespeichert.</translation>
    </message>
    <message>
        <source>This message is not in the history any more.</source>
        <translation>Diese Nachricht ist nicht mehr im Verlauf.</translation>
    </message>
    <message>
        <source>This passphrase does not open the history.</source>
        <translation>Diese Passphrase öffnet den Verlauf nicht.</translation>
    </message>
    <message>
        <source>This recovery code is typed correctly, but it is not the one of this history.</source>
        <translation>Dieser Wiederherstellungscode ist richtig eingegeben, gehört aber nicht zu diesem Verlauf.</translation>
    </message>
    <message>
        <source>This reply has ended; there is nothing to go on with.</source>
        <translation>Diese Antwort ist zu Ende; es gibt nichts fortzusetzen.</translation>
    </message>
    <message>
        <source>This reply is no longer stored.</source>
        <translation>Diese Antwort ist nicht mehr gespeichert.</translation>
    </message>
    <message>
        <source>This reply was written before its chat was redacted, so its tokens hold real words.</source>
        <translation>Diese Antwort wurde geschrieben, bevor in ihrem Chat ersetzt wurde: Ihre Token enthalten echte Wörter.</translation>
    </message>
    <message>
        <source>This reply was written while its chat was redacted, so its tokens hold stand-ins.</source>
        <translation>Diese Antwort wurde geschrieben, während in ihrem Chat ersetzt wurde: Ihre Token enthalten den Ersatz.</translation>
    </message>
    <message>
        <source>This sampling setting cannot be used: {0}.</source>
        <translation>Diese Einstellung der Tokenwahl kann nicht verwendet werden: {0}.</translation>
    </message>
    <message>
        <source>This setting cannot be used: {0}.</source>
        <translation>Diese Einstellung kann nicht verwendet werden: {0}.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Try again; if it happens again, do not trust this backend or the way to it.</source>
        <translation>Versuchen Sie es erneut; geschieht es wieder, vertrauen Sie diesem Backend oder dem Weg dorthin nicht.</translation>
    </message>
    <message>
        <source>Try again; if it happens again, the backend or its model is faulty: choose another, or tell its operator.</source>
        <translation>Versuchen Sie es erneut; geschieht es wieder, ist das Backend oder sein Modell fehlerhaft: Wählen Sie ein anderes, oder sagen Sie es dem Betreiber.</translation>
    </message>
    <message>
        <source>Try again; if it stays, ask its operator.</source>
        <translation>Versuchen Sie es erneut; bleibt es so, fragen Sie den Betreiber.</translation>
    </message>
    <message>
        <source>Try again; it goes on where it stopped.</source>
        <translation>Versuchen Sie es erneut; es geht weiter, wo es aufgehört hat.</translation>
    </message>
    <message>
        <source>Trying some steps.</source>
        <translation>Einige Schritte werden ausprobiert.</translation>
    </message>
    <message>
        <source>Turn redaction on again, or generate the reply anew.</source>
        <translation>Schalten Sie das Ersetzen wieder ein oder erzeugen Sie die Antwort neu.</translation>
    </message>
    <message>
        <source>Unlock it first.</source>
        <translation>Entsperren Sie ihn zuerst.</translation>
    </message>
    <message>
        <source>Unpack it, and pick the file in it.</source>
        <translation>Entpacken Sie sie, und wählen Sie die Datei darin.</translation>
    </message>
    <message>
        <source>Update Nearhalf and the backend to the same version. If this is somebody else&apos;s backend, tell them.</source>
        <translation>Bringen Sie Nearhalf und das Backend auf dieselbe Version. Gehört das Backend jemand anderem, sagen Sie es dort.</translation>
    </message>
    <message>
        <source>Update Nearhalf on this computer.</source>
        <translation>Aktualisieren Sie Nearhalf auf diesem Computer.</translation>
    </message>
    <message>
        <source>Update Nearhalf, or ask whoever runs the backend to update it.</source>
        <translation>Aktualisieren Sie Nearhalf, oder bitten Sie den Betreiber des Backends, es zu aktualisieren.</translation>
    </message>
    <message>
        <source>Update Nearhalf, then import it again.</source>
        <translation>Aktualisieren Sie Nearhalf, und importieren Sie sie dann erneut.</translation>
    </message>
    <message>
        <source>Update the app or the backend.</source>
        <translation>Aktualisieren Sie die App oder das Backend.</translation>
    </message>
    <message>
        <source>Update the app, or choose a model made for this version.</source>
        <translation>Aktualisieren Sie die App, oder wählen Sie ein Modell, das für diese Version gemacht ist.</translation>
    </message>
    <message>
        <source>Update the app.</source>
        <translation>Aktualisieren Sie die App.</translation>
    </message>
    <message>
        <source>Update the backend or the app, or choose another backend.</source>
        <translation>Aktualisieren Sie das Backend oder die App, oder wählen Sie ein anderes Backend.</translation>
    </message>
    <message>
        <source>Update the backend.</source>
        <translation>Aktualisieren Sie das Backend.</translation>
    </message>
    <message>
        <source>Use another backend, or ask whoever runs it.</source>
        <translation>Verwenden Sie ein anderes Backend, oder fragen Sie den Betreiber.</translation>
    </message>
    <message>
        <source>Use another backup.</source>
        <translation>Verwenden Sie eine andere Sicherung.</translation>
    </message>
    <message>
        <source>Use another copy of it.</source>
        <translation>Verwenden Sie eine andere Kopie davon.</translation>
    </message>
    <message>
        <source>Use https:// for a backend on another computer.</source>
        <translation>Verwenden Sie https:// für ein Backend auf einem anderen Computer.</translation>
    </message>
    <message>
        <source>Use https://. http:// is for a backend on this computer only (127.0.0.1).</source>
        <translation>Verwenden Sie https://. http:// ist für ein Backend nur auf diesem Computer (127.0.0.1).</translation>
    </message>
    <message>
        <source>Use its window, or close it and try again.</source>
        <translation>Verwenden Sie dessen Fenster, oder schließen Sie es, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Use that model again, or generate the reply anew.</source>
        <translation>Verwenden Sie wieder jenes Modell, oder generieren Sie die Antwort neu.</translation>
    </message>
    <message>
        <source>Use that version, or discard the job.</source>
        <translation>Verwenden Sie jene Version, oder verwerfen Sie die Feinabstimmung.</translation>
    </message>
    <message>
        <source>Use the built-in backend or your own, or raise the limit in the settings.</source>
        <translation>Verwenden Sie das eingebaute Backend oder Ihr eigenes, oder erhöhen Sie die Grenze in den Einstellungen.</translation>
    </message>
    <message>
        <source>Use the built-in one, or another backend.</source>
        <translation>Verwenden Sie das eingebaute oder ein anderes Backend.</translation>
    </message>
    <message>
        <source>Use up to 40 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit.</source>
        <translation>Verwenden Sie bis zu 40 Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche, beginnend mit einem Buchstaben oder einer Ziffer.</translation>
    </message>
    <message>
        <source>Wait a little and try again, choose a shorter window, or use another backend.</source>
        <translation>Warten Sie ein wenig und versuchen Sie es erneut, wählen Sie ein kürzeres Fenster, oder verwenden Sie ein anderes Backend.</translation>
    </message>
    <message>
        <source>Wait a little and try again, or use another backend.</source>
        <translation>Warten Sie ein wenig, und versuchen Sie es erneut, oder verwenden Sie ein anderes Backend.</translation>
    </message>
    <message>
        <source>Wait a little, or close other chats.</source>
        <translation>Warten Sie ein wenig, oder schließen Sie andere Chats.</translation>
    </message>
    <message>
        <source>Wait a little.</source>
        <translation>Warten Sie ein wenig.</translation>
    </message>
    <message>
        <source>Wait for it, or pause it; nothing is lost.</source>
        <translation>Warten Sie darauf oder halten Sie es an; nichts ist verloren.</translation>
    </message>
    <message>
        <source>Wait until the backend is ready.</source>
        <translation>Warten Sie, bis das Backend bereit ist.</translation>
    </message>
    <message>
        <source>What a free tap read cannot be worked out from these frames alone, so no copy of it is judged here; an operator who recorded the chat from its beginning can make one.</source>
        <translation>Was ein freier Abgriff gelesen hat, lässt sich aus diesen Frames allein nicht berechnen; deshalb wird hier keine Kopie davon beurteilt. Ein Betreiber, der den Chat von Anfang an aufgezeichnet hat, kann eine machen.</translation>
    </message>
    <message>
        <source>What it added to {0} projections is counted in.</source>
        <translation>Was er an {0} Projektionen hinzugefügt hat, ist eingerechnet.</translation>
    </message>
    <message>
        <source>What the backend offers for download has changed.</source>
        <translation>Was das Backend zum Download anbietet, hat sich geändert.</translation>
    </message>
    <message>
        <source>What was deleted could not be erased from every ledger ({0}).</source>
        <translation>Was gelöscht wurde, konnte nicht aus jedem Sendeprotokoll entfernt werden ({0}).</translation>
    </message>
    <message>
        <source>What was there before the backup was restored is kept in {0}.</source>
        <translation>Was vor dem Zurückspielen der Sicherung da war, wird in {0} aufbewahrt.</translation>
    </message>
    <message>
        <source>Whether training helps is measured on notes that it never saw. Add notes about something else.</source>
        <translation>Ob das Training hilft, wird an Notizen gemessen, die es nie gesehen hat. Fügen Sie Notizen über etwas anderes hinzu.</translation>
    </message>
    <message>
        <source>Without TLS, everyone between here and the backend could read the traffic and the access token.</source>
        <translation>Ohne TLS könnte jeder zwischen hier und dem Backend den Verkehr und das Zugangstoken lesen.</translation>
    </message>
    <message>
        <source>Write a message first.</source>
        <translation>Schreiben Sie zuerst eine Nachricht.</translation>
    </message>
    <message>
        <source>Write it like https://host or http://127.0.0.1:8000.</source>
        <translation>Schreiben Sie sie wie https://host oder http://127.0.0.1:8000.</translation>
    </message>
    <message>
        <source>Write it like https://host/releases.json, without a name, a password or a query.</source>
        <translation>Schreiben Sie sie wie https://host/releases.json, ohne Namen, Passwort oder Abfrage.</translation>
    </message>
    <message>
        <source>Write one.</source>
        <translation>Geben Sie einen ein.</translation>
    </message>
    <message>
        <source>Writing texts for you to compare.</source>
        <translation>Texte zum Vergleichen werden für Sie geschrieben.</translation>
    </message>
    <message>
        <source>Your access token already has as many chats open as this backend allows.</source>
        <translation>Mit Ihrem Zugangstoken sind schon so viele Chats offen, wie dieses Backend erlaubt.</translation>
    </message>
    <message>
        <source>Your message is kept: send it when it is.</source>
        <translation>Ihre Nachricht bleibt erhalten: Senden Sie sie, sobald es so weit ist.</translation>
    </message>
    <message>
        <source>Your own list of words is in the history, which cannot be read now (it is locked, or open in the window): what stands on it is sent as it is.</source>
        <translation>Ihre eigene Wörterliste liegt im Verlauf, der jetzt nicht gelesen werden kann (er ist gesperrt oder im Fenster geöffnet): Was darauf steht, wird so gesendet, wie es ist.</translation>
    </message>
    <message>
        <source>a stop string must not be empty</source>
        <translation>ein Stopptext darf nicht leer sein</translation>
    </message>
    <message>
        <source>candidates a position</source>
        <translation>Kandidaten je Position</translation>
    </message>
    <message>
        <source>copies that are off by less than one percent</source>
        <translation>Kopien, die um weniger als ein Prozent abweichen</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>gaps</source>
        <translation>Lücken</translation>
    </message>
    <message>
        <source>hidden states</source>
        <translation>verborgene Zustände</translation>
    </message>
    <message>
        <source>judged on</source>
        <translation>beurteilt an</translation>
    </message>
    <message>
        <source>largest error there</source>
        <translation>größter Fehler dabei</translation>
    </message>
    <message>
        <source>layers on the device</source>
        <translation>Schichten auf dem Gerät</translation>
    </message>
    <message>
        <source>layers run before the free tap</source>
        <translation>Schichten vor dem freien Abgriff</translation>
    </message>
    <message>
        <source>made from</source>
        <translation>gemacht aus</translation>
    </message>
    <message>
        <source>matrices copied</source>
        <translation>kopierte Matrizen</translation>
    </message>
    <message>
        <source>median distance to it</source>
        <translation>mittlerer Abstand dazu (Median)</translation>
    </message>
    <message>
        <source>median error there</source>
        <translation>mittlerer Fehler dabei (Median)</translation>
    </message>
    <message>
        <source>min-p must lie in [0, 1]</source>
        <translation>min-p muss in [0, 1] liegen</translation>
    </message>
    <message>
        <source>newer</source>
        <translation>neuer</translation>
    </message>
    <message>
        <source>noise {0} x the length</source>
        <translation>Rauschen, {0}-mal so lang</translation>
    </message>
    <message>
        <source>not judged</source>
        <translation>nicht beurteilt</translation>
    </message>
    <message>
        <source>panel notes</source>
        <translation>Notizen der Privatsphäre-Ansicht</translation>
    </message>
    <message>
        <source>positions needed for that</source>
        <translation>dafür nötige Positionen</translation>
    </message>
    <message>
        <source>positions sent</source>
        <translation>gesendete Positionen</translation>
    </message>
    <message>
        <source>positions tried</source>
        <translation>versuchte Positionen</translation>
    </message>
    <message>
        <source>repetition penalty must be above 0</source>
        <translation>der Wiederholungsabzug muss über 0 liegen</translation>
    </message>
    <message>
        <source>rows that are a public embedding</source>
        <translation>Zeilen, die ein öffentliches Embedding sind</translation>
    </message>
    <message>
        <source>temperature must be 0 or more</source>
        <translation>die Temperatur muss 0 oder mehr sein</translation>
    </message>
    <message>
        <source>the appearance must be one of {0}</source>
        <translation>die Darstellung muss eine von {0} sein</translation>
    </message>
    <message>
        <source>the key that sends must be one of {0}</source>
        <translation>die Taste zum Senden muss eine von {0} sein</translation>
    </message>
    <message>
        <source>the length of a reply must be 1 token or more</source>
        <translation>die Länge einer Antwort muss 1 Token oder mehr sein</translation>
    </message>
    <message>
        <source>the minutes until the lock must be 0 or more</source>
        <translation>die Minuten bis zur Sperre müssen 0 oder mehr sein</translation>
    </message>
    <message>
        <source>the same token as was chosen</source>
        <translation>dasselbe Token wie das gewählte</translation>
    </message>
    <message>
        <source>the size must lie between {0} % and {1} %</source>
        <translation>die Größe muss zwischen {0} % und {1} % liegen</translation>
    </message>
    <message>
        <source>tokens rebuilt</source>
        <translation>wiederhergestellte Token</translation>
    </message>
    <message>
        <source>top-k must be 0 or more</source>
        <translation>top-k muss 0 oder mehr sein</translation>
    </message>
    <message>
        <source>top-p must lie in (0, 1]</source>
        <translation>top-p muss in (0, 1] liegen</translation>
    </message>
    <message>
        <source>was damaged</source>
        <translation>war beschädigt</translation>
    </message>
    <message>
        <source>was written by a newer Nearhalf</source>
        <translation>wurde von einem neueren Nearhalf geschrieben</translation>
    </message>
    <message>
        <source>your adapter</source>
        <translation>Ihr Adapter</translation>
    </message>
    <message>
        <source>{0} (its limit: {1}).</source>
        <translation>{0} (Grenze: {1}).</translation>
    </message>
    <message>
        <source>{0} PDFs have no text: scans need text recognition (OCR) first.</source>
        <translation>{0} PDFs enthalten keinen Text: Scans brauchen zuerst eine Texterkennung (OCR).</translation>
    </message>
    <message>
        <source>{0} There is neither a passphrase nor a recovery code.</source>
        <translation>{0} Es gibt weder eine Passphrase noch einen Wiederherstellungscode.</translation>
    </message>
    <message>
        <source>{0} There is no backend called {1}.</source>
        <translation>{0} Es gibt kein Backend namens {1}.</translation>
    </message>
    <message>
        <source>{0} There is no token for {1}.</source>
        <translation>{0} Es gibt kein Token für {1}.</translation>
    </message>
    <message>
        <source>{0} Trying again (attempt {1}).</source>
        <translation>{0} Nächster Versuch (Nummer {1}).</translation>
    </message>
    <message>
        <source>{0} cannot be a backend&apos;s name.</source>
        <translation>{0} kann kein Name eines Backends sein.</translation>
    </message>
    <message>
        <source>{0} cannot be changed: {1}. Everything is as it was.</source>
        <translation>{0} kann nicht geändert werden: {1}. Alles ist wie vorher.</translation>
    </message>
    <message>
        <source>{0} cannot be deleted: {1}.</source>
        <translation>{0} kann nicht gelöscht werden: {1}.</translation>
    </message>
    <message>
        <source>{0} cannot be read or written: {1}.</source>
        <translation>{0} kann nicht gelesen oder geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>{0} cannot be removed: {1}. It opens nothing now.</source>
        <translation>{0} kann nicht entfernt werden: {1}. Es öffnet jetzt nichts.</translation>
    </message>
    <message>
        <source>{0} cannot be written: {1}.</source>
        <translation>{0} kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>{0} changed while it was backed up.</source>
        <translation>{0} hat sich während der Sicherung geändert.</translation>
    </message>
    <message>
        <source>{0} could not be deleted: {1}.</source>
        <translation>{0} konnte nicht gelöscht werden: {1}.</translation>
    </message>
    <message>
        <source>{0} did not answer the question for a new version.</source>
        <translation>{0} hat auf die Frage nach einer neuen Version nicht geantwortet.</translation>
    </message>
    <message>
        <source>{0} files are called a text, but hold none.</source>
        <translation>{0} Dateien heißen wie Texte, sind aber keine.</translation>
    </message>
    <message>
        <source>{0} files are damaged, or not safe to read.</source>
        <translation>{0} Dateien sind beschädigt oder nicht sicher zu lesen.</translation>
    </message>
    <message>
        <source>{0} files are empty.</source>
        <translation>{0} Dateien sind leer.</translation>
    </message>
    <message>
        <source>{0} files are locked with a password.</source>
        <translation>{0} Dateien sind mit einem Passwort gesperrt.</translation>
    </message>
    <message>
        <source>{0} files are of a kind that is not read.</source>
        <translation>{0} Dateien sind von einer Art, die nicht gelesen wird.</translation>
    </message>
    <message>
        <source>{0} files are too large.</source>
        <translation>{0} Dateien sind zu groß.</translation>
    </message>
    <message>
        <source>{0} files could not be opened, or changed while they were read.</source>
        <translation>{0} Dateien ließen sich nicht öffnen oder änderten sich beim Lesen.</translation>
    </message>
    <message>
        <source>{0} files have no text.</source>
        <translation>{0} Dateien enthalten keinen Text.</translation>
    </message>
    <message>
        <source>{0} files or folders are beyond what is read at once.</source>
        <translation>{0} Dateien oder Ordner liegen jenseits dessen, was auf einmal gelesen wird.</translation>
    </message>
    <message>
        <source>{0} files or folders are hidden, links, or no ordinary files.</source>
        <translation>{0} Dateien oder Ordner sind versteckt, Verknüpfungen oder keine gewöhnlichen Dateien.</translation>
    </message>
    <message>
        <source>{0} goes on after the host and port.</source>
        <translation>{0} geht nach Rechner und Port weiter.</translation>
    </message>
    <message>
        <source>{0} holds no certificate.</source>
        <translation>{0} enthält kein Zertifikat.</translation>
    </message>
    <message>
        <source>{0} is damaged or cut short, or was encrypted with another key.</source>
        <translation>{0} ist beschädigt oder unvollständig oder wurde mit einem anderen Schlüssel verschlüsselt.</translation>
    </message>
    <message>
        <source>{0} is no longer there.</source>
        <translation>{0} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>{0} is not an address.</source>
        <translation>{0} ist keine Adresse.</translation>
    </message>
    <message>
        <source>{0} is not empty.</source>
        <translation>{0} ist nicht leer.</translation>
    </message>
    <message>
        <source>{0} kept in {1}.</source>
        <translation>{0} in {1} aufbewahrt.</translation>
    </message>
    <message>
        <source>{0} notes say the same as others.</source>
        <translation>{0} Notizen sagen dasselbe wie andere.</translation>
    </message>
    <message>
        <source>{0} positions are too few to copy an adapter from and judge the copy.</source>
        <translation>{0} Positionen sind zu wenige, um einen Adapter daraus zu kopieren und die Kopie zu beurteilen.</translation>
    </message>
    <message>
        <source>{0} showed another certificate than the one you trusted. Nothing was sent.</source>
        <translation>{0} zeigte ein anderes Zertifikat als das, dem Sie vertraut haben. Nichts wurde gesendet.</translation>
    </message>
    <message>
        <source>{0} {1} cannot be read: {2}.</source>
        <translation>{0} {1} kann nicht gelesen werden: {2}.</translation>
    </message>
    <message>
        <source>{0} {1} cannot be written: {2}.</source>
        <translation>{0} {1} kann nicht geschrieben werden: {2}.</translation>
    </message>
    <message>
        <source>{0} {1} is {2} and cannot be moved aside: {3}.</source>
        <translation>{0} {1} ist {2} und kann nicht zur Seite gelegt werden: {3}.</translation>
    </message>
    <message>
        <source>{0} {1}. It is kept as {2}, and this start begins without it.</source>
        <translation>{0} {1}. Sie wird als {2} aufbewahrt, und dieser Start beginnt ohne sie.</translation>
    </message>
    <message>
        <source>{0} {1}; its copy opened the history.</source>
        <translation>{0} {1}; die Kopie öffnete den Verlauf.</translation>
    </message>
    <message>
        <source>{0}: the last change could not be stored in {1}. All before it is safe.</source>
        <translation>{0}: Die letzte Änderung konnte in {1} nicht gespeichert werden. Alles davor ist sicher.</translation>
    </message>
    <message>
        <source>{0}: they are public, so they were run here too.</source>
        <translation>{0}: Sie sind öffentlich und wurden deshalb auch hier gerechnet.</translation>
    </message>
</context>
<context>
    <name>text_files</name>
    <message>
        <source>“{name}” is a folder.</source>
        <translation>„{name}“ ist ein Ordner.</translation>
    </message>
    <message>
        <source>Choose the text files in it instead.</source>
        <translation>Wählen Sie stattdessen die Textdateien darin.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read.</source>
        <translation>„{name}“ kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Check that it exists and that you may open it.</source>
        <translation>Prüfen Sie, ob es die Datei gibt und ob Sie sie öffnen dürfen.</translation>
    </message>
    <message>
        <source>“{name}” is larger than 1 MB.</source>
        <translation>„{name}“ ist größer als 1 MB.</translation>
    </message>
    <message>
        <source>Attach the part that matters: the model could not read all of it.</source>
        <translation>Hängen Sie den Teil an, auf den es ankommt: Das Modell könnte nicht alles lesen.</translation>
    </message>
    <message>
        <source>“{name}” is not a text file.</source>
        <translation>„{name}“ ist keine Textdatei.</translation>
    </message>
    <message>
        <source>Save it as plain text first: the model reads text only.</source>
        <translation>Speichern Sie sie zuerst als reinen Text: Das Modell liest nur Text.</translation>
    </message>
    <message>
        <source>“{name}” is empty.</source>
        <translation>„{name}“ ist leer.</translation>
    </message>
</context>
<context>
    <name>transfer</name>
    <message>
        <source>en</source>
        <translation>de</translation>
    </message>
    <message>
        <source>Untitled chat</source>
        <translation>Chat ohne Titel</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>Systemnachricht</translation>
    </message>
    <message>
        <source>Attachment: {name}</source>
        <translation>Anhang: {name}</translation>
    </message>
    <message>
        <source>Other branches</source>
        <translation>Weitere Zweige</translation>
    </message>
    <message>
        <source>Instead of message {number}</source>
        <translation>Statt Nachricht {number}</translation>
    </message>
    <message>
        <source>This reply was cut.</source>
        <translation>Diese Antwort wurde abgeschnitten.</translation>
    </message>
    <message>
        <source>chats that are here already</source>
        <translation>Chats, die schon hier sind</translation>
    </message>
    <message>
        <source>chats without a message</source>
        <translation>Chats ohne Nachricht</translation>
    </message>
    <message>
        <source>chats that could not be read</source>
        <translation>Chats, die nicht gelesen werden konnten</translation>
    </message>
    <message>
        <source>messages that could not be read</source>
        <translation>Nachrichten, die nicht gelesen werden konnten</translation>
    </message>
    <message>
        <source>instructions that the service gave its model</source>
        <translation>Anweisungen des Dienstes an sein Modell</translation>
    </message>
    <message>
        <source>calls of tools and their results</source>
        <translation>Aufrufe von Werkzeugen und ihre Ergebnisse</translation>
    </message>
    <message>
        <source>notes that the model made before it answered</source>
        <translation>Notizen, die sich das Modell vor der Antwort gemacht hat</translation>
    </message>
    <message>
        <source>messages that the service does not show</source>
        <translation>Nachrichten, die der Dienst nicht zeigt</translation>
    </message>
    <message>
        <source>pictures, sounds and files that are not in the export</source>
        <translation>Bilder, Töne und Dateien, die nicht im Export sind</translation>
    </message>
    <message>
        <source>tags, ratings and other things that Nearhalf has no place for</source>
        <translation>Schlagwörter, Bewertungen und anderes, wofür Nearhalf keinen Platz hat</translation>
    </message>
    <message>
        <source>messages whose place in the chat was unclear (kept, as well as possible)</source>
        <translation>Nachrichten, deren Platz im Chat unklar war (behalten, so gut es geht)</translation>
    </message>
    <message>
        <source>Imported {chats} chats with {messages} messages.</source>
        <translation>{chats} Chats mit {messages} Nachrichten importiert.</translation>
    </message>
    <message>
        <source>Left out: {what}.</source>
        <translation>Ausgelassen: {what}.</translation>
    </message>
    <message>
        <source>Exported the selection to {path}.</source>
        <translation>Auswahl nach {path} exportiert.</translation>
    </message>
    <message>
        <source>Import chats of ChatGPT, Claude, Open WebUI or Nearhalf</source>
        <translation>Chats von ChatGPT, Claude, Open WebUI oder Nearhalf importieren</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>Webseite (*.html)</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Nearhalf&apos;s own JSON, with everything (*.json)</source>
        <translation>Nearhalfs eigenes JSON, mit allem (*.json)</translation>
    </message>
    <message>
        <source>Export: the file will not be encrypted</source>
        <translation>Export: Die Datei wird nicht verschlüsselt</translation>
    </message>
    <message>
        <source>Exported 1 chat to {path}.</source>
        <translation>1 Chat nach {path} exportiert.</translation>
    </message>
    <message>
        <source>Exported %n chats to {path}.</source>
        <translation>%n Chats nach {path} exportiert.</translation>
    </message>
    <message>
        <source>The file is not encrypted: whoever has it can read it.</source>
        <translation>Die Datei ist nicht verschlüsselt: Wer sie hat, kann sie lesen.</translation>
    </message>
    <message>
        <source>Exporting…</source>
        <translation>Wird exportiert…</translation>
    </message>
    <message>
        <source>Export what was sent and received, signed, for somebody else to check</source>
        <translation>Gesendetes und Empfangenes signiert exportieren, damit es jemand anders prüfen kann</translation>
    </message>
    <message>
        <source>Archives (*.zip)</source>
        <translation>Archive (*.zip)</translation>
    </message>
    <message>
        <source>The ledger and what is kept of its frames is in {path}.</source>
        <translation>Das Sendeprotokoll und die noch vorhandenen Frames sind in {path}.</translation>
    </message>
    <message>
        <source>Signed by the key {fingerprint}.</source>
        <translation>Signiert mit dem Schlüssel {fingerprint}.</translation>
    </message>
    <message>
        <source>Exports (*.json *.zip);;All files (*)</source>
        <translation>Exporte (*.json *.zip);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Importing…</source>
        <translation>Wird importiert…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Nearhalf</source>
        <translation>Nearhalf</translation>
    </message>
</context>
<context>
    <name>tuning</name>
    <message>
        <source>Not a kind of file that holds notes</source>
        <translation>Keine Dateiart, die Notizen enthält</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>Leer</translation>
    </message>
    <message>
        <source>No text found, as in scanned pages</source>
        <translation>Kein Text gefunden, wie bei gescannten Seiten</translation>
    </message>
    <message>
        <source>Called a text file, but holds no text</source>
        <translation>Heißt Textdatei, enthält aber keinen Text</translation>
    </message>
    <message>
        <source>Too large</source>
        <translation>Zu groß</translation>
    </message>
    <message>
        <source>Unpacks to more than it may</source>
        <translation>Entpackt sich zu mehr als erlaubt</translation>
    </message>
    <message>
        <source>Too many folders or archives inside each other</source>
        <translation>Zu viele Ordner oder Archive ineinander</translation>
    </message>
    <message>
        <source>Beyond the largest number of files</source>
        <translation>Über der größten Zahl von Dateien</translation>
    </message>
    <message>
        <source>No room left: all notes together reached the limit</source>
        <translation>Kein Platz mehr: Alle Notizen zusammen haben die Grenze erreicht</translation>
    </message>
    <message>
        <source>A link to another place, which is not followed</source>
        <translation>Ein Verweis auf einen anderen Ort, dem nicht gefolgt wird</translation>
    </message>
    <message>
        <source>Not an ordinary file</source>
        <translation>Keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>A name that leads out of its archive</source>
        <translation>Ein Name, der aus seinem Archiv hinausführt</translation>
    </message>
    <message>
        <source>Settings, trash or hidden</source>
        <translation>Einstellungen, Papierkorb oder verborgen</translation>
    </message>
    <message>
        <source>This account may not read it</source>
        <translation>Dieses Konto darf sie nicht lesen</translation>
    </message>
    <message>
        <source>Gone while it was being read</source>
        <translation>Während des Lesens verschwunden</translation>
    </message>
    <message>
        <source>Changed while it was being read</source>
        <translation>Während des Lesens geändert</translation>
    </message>
    <message>
        <source>The disk could not read it</source>
        <translation>Die Festplatte konnte sie nicht lesen</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Locked with a password</source>
        <translation>Mit einem Passwort gesperrt</translation>
    </message>
    <message>
        <source>Made to harm whoever reads it</source>
        <translation>Gemacht, um dem Leser zu schaden</translation>
    </message>
    <message>
        <source>Lines of front matter</source>
        <translation>Front-Matter-Zeilen</translation>
    </message>
    <message>
        <source>Comments</source>
        <translation>Kommentare</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Addresses of links, whose words are kept</source>
        <translation>Adressen von Links, deren Wörter erhalten bleiben</translation>
    </message>
    <message>
        <source>Embeds that were not found or hold no text</source>
        <translation>Einbettungen, die nicht gefunden wurden oder keinen Text enthalten</translation>
    </message>
    <message>
        <source>Embeds that stand in another note</source>
        <translation>Einbettungen, die in einer anderen Notiz stehen</translation>
    </message>
    <message>
        <source>Scripts and styles</source>
        <translation>Skripte und Formatvorlagen</translation>
    </message>
    <message>
        <source>Menus and forms</source>
        <translation>Menüs und Formulare</translation>
    </message>
    <message>
        <source>Hidden elements</source>
        <translation>Verborgene Elemente</translation>
    </message>
    <message>
        <source>Pages without text</source>
        <translation>Seiten ohne Text</translation>
    </message>
    <message>
        <source>Pages that cannot be read</source>
        <translation>Seiten, die nicht gelesen werden können</translation>
    </message>
    <message>
        <source>Pages beyond the limit</source>
        <translation>Seiten über der Grenze</translation>
    </message>
    <message>
        <source>Headers and footers of pages</source>
        <translation>Kopf- und Fußzeilen von Seiten</translation>
    </message>
    <message>
        <source>Pieces of deleted text</source>
        <translation>Stücke gelöschten Textes</translation>
    </message>
    <message>
        <source>Macros</source>
        <translation>Makros</translation>
    </message>
    <message>
        <source>References to elsewhere, which are not fetched</source>
        <translation>Verweise nach anderswo, die nicht geladen werden</translation>
    </message>
    <message>
        <source>Attachments of mail</source>
        <translation>Anhänge von E-Mails</translation>
    </message>
    <message>
        <source>Quoted lines</source>
        <translation>Zitierte Zeilen</translation>
    </message>
    <message>
        <source>Signatures</source>
        <translation>Signaturen</translation>
    </message>
    <message>
        <source>Messages without text</source>
        <translation>Nachrichten ohne Text</translation>
    </message>
    <message>
        <source>Messages beyond the limit</source>
        <translation>Nachrichten über der Grenze</translation>
    </message>
    <message>
        <source>Characters that are none</source>
        <translation>Zeichen, die keine sind</translation>
    </message>
    <message>
        <source>Declared encodings that do not fit, for which another one was found</source>
        <translation>Angegebene Zeichenkodierungen, die nicht passen; eine andere wurde gefunden</translation>
    </message>
    <message>
        <source>Rows beyond the limit</source>
        <translation>Zeilen über der Grenze</translation>
    </message>
    <message>
        <source>Replies of the model</source>
        <translation>Antworten des Modells</translation>
    </message>
    <message>
        <source>{source}: the same text as {into}</source>
        <translation>{source}: derselbe Text wie {into}</translation>
    </message>
    <message>
        <source>{source}: nearly the same text as {into}</source>
        <translation>{source}: fast derselbe Text wie {into}</translation>
    </message>
    <message>
        <source>{source}: stands wholly inside {into}</source>
        <translation>{source}: steht ganz in {into}</translation>
    </message>
    <message>
        <source>Leave it in</source>
        <translation>Stehen lassen</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Leave the passage out</source>
        <translation>Textstelle weglassen</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 Notiz</translation>
    </message>
    <message>
        <source>%n notes</source>
        <translation>%n Notizen</translation>
    </message>
    <message>
        <source>1 word</source>
        <translation>1 Wort</translation>
    </message>
    <message>
        <source>%n words</source>
        <translation>%n Wörter</translation>
    </message>
    <message>
        <source>Your own settings</source>
        <translation>Ihre eigenen Einstellungen</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>Gründlich</translation>
    </message>
    <message>
        <source>Reads your notes once. To see whether it is worth more.</source>
        <translation>Liest Ihre Notizen einmal. Um zu sehen, ob sich mehr lohnt.</translation>
    </message>
    <message>
        <source>Reads them three times. What most people want.</source>
        <translation>Liest sie dreimal. Was die meisten wollen.</translation>
    </message>
    <message>
        <source>Reads them four times and changes more of the model. Slower, in training and in chats; on the texts that we measured it learned a little more.</source>
        <translation>Liest sie viermal und ändert mehr am Modell. Langsamer, im Training und in Chats; an den Texten, die wir gemessen haben, lernte es etwas mehr.</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>weniger als eine Minute</translation>
    </message>
    <message>
        <source>1 minute</source>
        <translation>1 Minute</translation>
    </message>
    <message>
        <source>%n minutes</source>
        <translation>%n Minuten</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>about {low} to {high} hours</source>
        <translation>etwa {low} bis {high} Stunden</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>etwa {time}</translation>
    </message>
    <message>
        <source>about {low} to {high} minutes</source>
        <translation>etwa {low} bis {high} Minuten</translation>
    </message>
    <message>
        <source>{up} up, {down} down</source>
        <translation>{up} hinauf, {down} herunter</translation>
    </message>
    <message>
        <source>Estimated: {time}, then {verdict} for the verdict.
{memory} of memory, traffic {traffic}.</source>
        <translation>Geschätzt: {time}, danach {verdict} für das Urteil.
{memory} Arbeitsspeicher, Verkehr {traffic}.</translation>
    </message>
    <message>
        <source>Chats stay as fast as they are ({trips}).</source>
        <translation>Chats bleiben so schnell, wie sie sind ({trips}).</translation>
    </message>
    <message>
        <source>A reply then takes {times} times as long ({trips}).</source>
        <translation>Eine Antwort dauert dann {times}-mal so lang ({trips}).</translation>
    </message>
    <message>
        <source>1 round trip a token</source>
        <translation>1 Umlauf je Token</translation>
    </message>
    <message>
        <source>%n round trips a token</source>
        <translation>%n Umläufe je Token</translation>
    </message>
    <message>
        <source>It can be exported as an ordinary LoRA adapter, which PEFT and other programs read.</source>
        <translation>Lässt sich als gewöhnlicher LoRA-Adapter exportieren, den PEFT und andere Programme lesen.</translation>
    </message>
    <message>
        <source>The file is in Nearhalf&apos;s own open format; it cannot become an ordinary LoRA adapter.</source>
        <translation>Die Datei hat Nearhalfs eigenes offenes Format; ein gewöhnlicher LoRA-Adapter kann sie nicht werden.</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Testing on held-back notes</source>
        <translation>Test an zurückgehaltenen Notizen</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Making the result</source>
        <translation>Ergebnis wird erstellt</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Stopped by an error</source>
        <translation>Durch einen Fehler angehalten</translation>
    </message>
    <message>
        <source>The model and your notes are being made ready.</source>
        <translation>Das Modell und Ihre Notizen werden vorbereitet.</translation>
    </message>
    <message>
        <source>The adapter learns from your notes, step by step.</source>
        <translation>Der Adapter lernt aus Ihren Notizen, Schritt für Schritt.</translation>
    </message>
    <message>
        <source>It is tested on the notes that were held back.</source>
        <translation>Er wird an den zurückgehaltenen Notizen getestet.</translation>
    </message>
    <message>
        <source>It waits, and goes on by itself.</source>
        <translation>Das Training wartet und geht von selbst weiter.</translation>
    </message>
    <message>
        <source>Paused. It goes on exactly where it stopped.</source>
        <translation>Pausiert. Es geht genau dort weiter, wo es angehalten hat.</translation>
    </message>
    <message>
        <source>Training is over. With and without the adapter, the model is asked about held-back notes.</source>
        <translation>Das Training ist vorbei. Das Modell wird mit und ohne Adapter nach zurückgehaltenen Notizen gefragt.</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Fertig.</translation>
    </message>
    <message>
        <source>It stopped. What it learned until then is kept.</source>
        <translation>Das Training hat angehalten. Was bis dahin gelernt wurde, bleibt erhalten.</translation>
    </message>
    <message>
        <source>So far it predicts notes it never saw no better than before.</source>
        <translation>Bisher werden nie gesehene Notizen nicht besser vorhergesagt als zuvor.</translation>
    </message>
    <message>
        <source>So far it predicts notes it never saw {percent} % better.</source>
        <translation>Bisher werden nie gesehene Notizen um {percent} % besser vorhergesagt.</translation>
    </message>
    <message>
        <source>The last test brought no gain; after {patience} such tests it ends by itself.</source>
        <translation>Der letzte Test brachte keinen Gewinn; nach {patience} solchen Tests endet das Training von selbst.</translation>
    </message>
    <message>
        <source>The last %n tests brought no gain; after {patience} such tests it ends by itself.</source>
        <translation>Die letzten %n Tests brachten keinen Gewinn; nach {patience} solchen Tests endet das Training von selbst.</translation>
    </message>
    <message>
        <source>Step {step} of {steps}</source>
        <translation>Schritt {step} von {steps}</translation>
    </message>
    <message>
        <source>{where}, less than a minute left</source>
        <translation>{where}, weniger als eine Minute übrig</translation>
    </message>
    <message>
        <source>{where}, about {time} left</source>
        <translation>{where}, noch etwa {time}</translation>
    </message>
    <message>
        <source>Fine-tuning: {percent} %</source>
        <translation>Feinabstimmung: {percent} %</translation>
    </message>
    <message>
        <source>Fine-tuning is done: see the result</source>
        <translation>Die Feinabstimmung ist fertig: Ergebnis ansehen</translation>
    </message>
    <message>
        <source>Fine-tuning stopped: see why</source>
        <translation>Die Feinabstimmung hat angehalten: Grund ansehen</translation>
    </message>
    <message>
        <source>Fine-tuning is paused</source>
        <translation>Die Feinabstimmung ist pausiert</translation>
    </message>
    <message>
        <source>Fine-tuning waits: see why</source>
        <translation>Die Feinabstimmung wartet: Grund ansehen</translation>
    </message>
    <message>
        <source>Fine-tuning: making the result</source>
        <translation>Feinabstimmung: Ergebnis wird erstellt</translation>
    </message>
    <message>
        <source>Fine-tuning: preparing</source>
        <translation>Feinabstimmung: Vorbereitung</translation>
    </message>
    <message>
        <source>You chose the fine-tuned model {chosen} times, the other one {other} times, neither {neither} times.</source>
        <translation>Sie haben {chosen}-mal das feinabgestimmte Modell gewählt, {other}-mal das andere, {neither}-mal keines.</translation>
    </message>
    <message>
        <source>Curves of the loss</source>
        <translation>Kurven des Verlusts</translation>
    </message>
    <message>
        <source>Nothing has been measured yet.</source>
        <translation>Noch wurde nichts gemessen.</translation>
    </message>
    <message>
        <source>Loss on held-back notes: {first} at the start, {last} at step {step}; best {best} at step {best_step}.</source>
        <translation>Verlust bei zurückgehaltenen Notizen: {first} am Anfang, {last} bei Schritt {step}; am besten {best} bei Schritt {best_step}.</translation>
    </message>
    <message>
        <source>Step {step}</source>
        <translation>Schritt {step}</translation>
    </message>
    <message>
        <source>Step {step}: held back {test}</source>
        <translation>Schritt {step}: zurückgehalten {test}</translation>
    </message>
    <message>
        <source>Step {step}: learning {train}</source>
        <translation>Schritt {step}: gelernt {train}</translation>
    </message>
    <message>
        <source>Step {step}: learning {train}, held back {test}</source>
        <translation>Schritt {step}: gelernt {train}, zurückgehalten {test}</translation>
    </message>
    <message>
        <source>Held-back notes</source>
        <translation>Zurückgehaltene Notizen</translation>
    </message>
    <message>
        <source>What is being learned</source>
        <translation>Was gelernt wird</translation>
    </message>
    <message>
        <source>Without the adapter</source>
        <translation>Ohne den Adapter</translation>
    </message>
    <message>
        <source>With the adapter</source>
        <translation>Mit dem Adapter</translation>
    </message>
    <message>
        <source>Loss on held-back notes, lower is better</source>
        <translation>Verlust bei zurückgehaltenen Notizen, niedriger ist besser</translation>
    </message>
    <message>
        <source>{name}: {value}, between {low} and {high}</source>
        <translation>{name}: {value}, zwischen {low} und {high}</translation>
    </message>
    <message>
        <source>Lower is better</source>
        <translation>Niedriger ist besser</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>The note as it will be learned</source>
        <translation>Die Notiz, wie sie gelernt wird</translation>
    </message>
    <message>
        <source>{title}: {words}, held back for the test</source>
        <translation>{title}: {words}, für den Test zurückgehalten</translation>
    </message>
    <message>
        <source>{title}: {words}</source>
        <translation>{title}: {words}</translation>
    </message>
    <message>
        <source>Left reply</source>
        <translation>Linke Antwort</translation>
    </message>
    <message>
        <source>Right reply</source>
        <translation>Rechte Antwort</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>The left one sounds more like me</source>
        <translation>Die linke klingt eher nach mir</translation>
    </message>
    <message>
        <source>No difference</source>
        <translation>Kein Unterschied</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>The right one sounds more like me</source>
        <translation>Die rechte klingt eher nach mir</translation>
    </message>
    <message>
        <source>Next pair</source>
        <translation>Nächstes Paar</translation>
    </message>
    <message>
        <source>{place} of {of}. Which one goes on more as you would? “{prompt}”</source>
        <translation>{place} von {of}. Welche Antwort setzt dies eher so fort, wie Sie es täten? „{prompt}“</translation>
    </message>
    <message>
        <source>The left one is fine-tuned.</source>
        <translation>Die linke kommt vom feinabgestimmten Modell.</translation>
    </message>
    <message>
        <source>The right one is fine-tuned.</source>
        <translation>Die rechte kommt vom feinabgestimmten Modell.</translation>
    </message>
</context>
<context>
    <name>verdict</name>
    <message>
        <source>It cannot be told whether it helped</source>
        <translation>Ob er geholfen hat, lässt sich nicht sagen</translation>
    </message>
    <message>
        <source>It helped</source>
        <translation>Er hat geholfen</translation>
    </message>
    <message>
        <source>It made things worse</source>
        <translation>Damit wurde es schlechter</translation>
    </message>
    <message>
        <source>It knows 1 secret from your notes</source>
        <translation>Er kennt 1 Geheimnis aus Ihren Notizen</translation>
    </message>
    <message>
        <source>It knows %n secrets from your notes</source>
        <translation>Er kennt %n Geheimnisse aus Ihren Notizen</translation>
    </message>
    <message>
        <source>It lost some of what it could do</source>
        <translation>Das Modell hat etwas von dem verloren, was es konnte</translation>
    </message>
    <message>
        <source>This did not help</source>
        <translation>Er hat nicht geholfen</translation>
    </message>
    <message>
        <source>Too little text was held back for a test (loss {before} to {after} a token, which says nothing).</source>
        <translation>Für einen Test wurde zu wenig Text zurückgehalten (Verlust {before} auf {after} je Token, was nichts aussagt).</translation>
    </message>
    <message>
        <source>On notes it never saw, it predicts your wording {percent} % better (loss {before} to {after} a token; 95 % interval {low} to {high} % better).</source>
        <translation>Bei nie gesehenen Notizen sagt er Ihren Wortlaut um {percent} % besser vorher (Verlust {before} auf {after} je Token; 95-%-Intervall {low} bis {high} % besser).</translation>
    </message>
    <message>
        <source>It began to memorise after step {overfit}, so step {kept} was kept.</source>
        <translation>Nach Schritt {overfit} begann er auswendig zu lernen; deshalb wurde Schritt {kept} behalten.</translation>
    </message>
    <message>
        <source>It was still learning at its last step, {steps}, which was kept.</source>
        <translation>Er lernte noch beim letzten Schritt, {steps}, der behalten wurde.</translation>
    </message>
    <message>
        <source>Of {steps} steps, step {kept} was best and was kept.</source>
        <translation>Von {steps} Schritten war Schritt {kept} der beste und wurde behalten.</translation>
    </message>
    <message>
        <source>There are too few notes to be sure: the interval is over {count} passages of those held back, so it speaks for them and not for other notes.</source>
        <translation>Für ein sicheres Urteil sind es zu wenige Notizen: Das Intervall geht über {count} Textstellen der zurückgehaltenen Notizen; es spricht also für diese und nicht für andere Notizen.</translation>
    </message>
    <message>
        <source>1 of the notes held back is part of a long text that it learned other parts of: an easier test.</source>
        <translation>1 der zurückgehaltenen Notizen ist Teil eines langen Textes, aus dem andere Teile gelernt wurden: ein leichterer Test.</translation>
    </message>
    <message>
        <source>%n of the notes held back are parts of long texts that it learned other parts of: an easier test.</source>
        <translation>%n der zurückgehaltenen Notizen sind Teile langer Texte, aus denen andere Teile gelernt wurden: ein leichterer Test.</translation>
    </message>
    <message>
        <source>The same notes decided which step was kept, so the gain may look a little larger than it is.</source>
        <translation>Dieselben Notizen haben entschieden, welcher Schritt behalten wurde; der Gewinn kann deshalb etwas größer aussehen, als er ist.</translation>
    </message>
    <message>
        <source>Add more notes, and train again.</source>
        <translation>Fügen Sie mehr Notizen hinzu, und trainieren Sie erneut.</translation>
    </message>
    <message>
        <source>Read some replies before you keep it.</source>
        <translation>Lesen Sie einige Antworten, bevor Sie den Adapter behalten.</translation>
    </message>
    <message>
        <source>On notes it never saw, it predicts your wording {percent} % worse than the model without it (loss {before} to {after} a token; 95 % interval {least} to {most} % worse).</source>
        <translation>Bei nie gesehenen Notizen sagt er Ihren Wortlaut um {percent} % schlechter vorher als das Modell ohne ihn (Verlust {before} auf {after} je Token; 95-%-Intervall {least} bis {most} % schlechter).</translation>
    </message>
    <message>
        <source>On notes it never saw, the difference is too small to tell from chance (loss {before} to {after} a token; 95 % interval {low} to {high} % better).</source>
        <translation>Bei nie gesehenen Notizen ist der Unterschied zu klein, um ihn vom Zufall zu trennen (Verlust {before} auf {after} je Token; 95-%-Intervall {low} bis {high} % besser).</translation>
    </message>
    <message>
        <source>What it knows may come out in any chat, and it did not help. Discard this result.</source>
        <translation>Was er weiß, kann in jedem Chat herauskommen, und geholfen hat er nicht. Verwerfen Sie dieses Ergebnis.</translation>
    </message>
    <message>
        <source>What it knows may come out in any chat. Take it out and train again, or discard this result.</source>
        <translation>Was er weiß, kann in jedem Chat herauskommen. Nehmen Sie es heraus und trainieren Sie neu, oder verwerfen Sie dieses Ergebnis.</translation>
    </message>
    <message>
        <source>It answers general questions worse than before: better not to use it. Fewer steps or a lower learning rate may do less harm.</source>
        <translation>Mit ihm werden allgemeine Fragen schlechter beantwortet als vorher: Besser nicht verwenden. Weniger Schritte oder eine niedrigere Lernrate schaden vielleicht weniger.</translation>
    </message>
    <message>
        <source>It learned the notes by heart too soon. Discard it; more notes, or a lower learning rate, may help.</source>
        <translation>Er hat die Notizen zu früh auswendig gelernt. Verwerfen Sie ihn; mehr Notizen oder eine niedrigere Lernrate können helfen.</translation>
    </message>
    <message>
        <source>More notes, or notes that are more alike, may help. Discard this one: it would only cost time.</source>
        <translation>Mehr Notizen oder ähnlichere Notizen können helfen. Verwerfen Sie diesen Adapter: Er würde nur Zeit kosten.</translation>
    </message>
    <message>
        <source>Not measured.</source>
        <translation>Nicht gemessen.</translation>
    </message>
    <message>
        <source>{before} % right before, {after} % after: more than chance. It lost some of what it could do.</source>
        <translation>Vorher {before} % richtig, nachher {after} %: mehr als Zufall. Das Modell hat etwas von seinem Können verloren.</translation>
    </message>
    <message>
        <source>{before} % right before, {after} % after: within chance, no damage was seen.</source>
        <translation>Vorher {before} % richtig, nachher {after} %: im Rahmen des Zufalls; es zeigte sich kein Schaden.</translation>
    </message>
    <message>
        <source>Nothing that looks secret was in the notes that were learned.</source>
        <translation>In den gelernten Notizen war nichts, was nach einem Geheimnis aussieht.</translation>
    </message>
    <message>
        <source>1 was asked for</source>
        <translation>1 wurde abgefragt</translation>
    </message>
    <message>
        <source>%n were asked for</source>
        <translation>%n wurden abgefragt</translation>
    </message>
    <message>
        <source>{tried}, of {found} found</source>
        <translation>{tried}, von {found} gefundenen</translation>
    </message>
    <message>
        <source>None came out ({tried}).</source>
        <translation>Keines kam heraus ({tried}).</translation>
    </message>
    <message>
        <source>It knows 1 ({tried}).</source>
        <translation>Das Modell kennt 1 ({tried}).</translation>
    </message>
    <message>
        <source>It knows %n ({tried}).</source>
        <translation>Das Modell kennt %n ({tried}).</translation>
    </message>
    <message>
        <source>and 1 more</source>
        <translation>und 1 weiterer</translation>
    </message>
    <message>
        <source>and %n more</source>
        <translation>und %n weitere</translation>
    </message>
    <message>
        <source>Kept adapters that learned from the same notes may know it too: {names}. You delete them in the settings, under Adapters.</source>
        <translation>Behaltene Adapter, die aus denselben Notizen gelernt haben, wissen es vielleicht auch: {names}. Sie löschen sie in den Einstellungen unter Adapter.</translation>
    </message>
    <message>
        <source>{kind}, in “{note}”: after “{prompt}” it writes “{secret}”</source>
        <translation>{kind}, in „{note}“: Nach „{prompt}“ schreibt das Modell „{secret}“</translation>
    </message>
    <message>
        <source>{kind}, in “{note}”: “{secret}” is far likelier to it than anything invented</source>
        <translation>{kind}, in „{note}“: „{secret}“ ist für das Modell weit wahrscheinlicher als alles Erfundene</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>1 byte</source>
        <translation>1 Byte</translation>
    </message>
    <message>
        <source>%n bytes</source>
        <translation>%n Byte</translation>
    </message>
    <message>
        <source>kB</source>
        <translation>kB</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1 Token</translation>
    </message>
    <message>
        <source>%n tokens</source>
        <translation>%n Token</translation>
    </message>
    <message>
        <source>{rate} tokens/s</source>
        <translation>{rate} Token/s</translation>
    </message>
    <message>
        <source>Sent 1 frame</source>
        <translation>1 Frame gesendet</translation>
    </message>
    <message>
        <source>Sent %n frames</source>
        <translation>%n Frames gesendet</translation>
    </message>
    <message>
        <source>{size} up</source>
        <translation>{size} hinauf</translation>
    </message>
    <message>
        <source>{size} down</source>
        <translation>{size} herunter</translation>
    </message>
    <message>
        <source>1 round trip a token</source>
        <translation>1 Umlauf je Token</translation>
    </message>
    <message>
        <source>%n round trips a token</source>
        <translation>%n Umläufe je Token</translation>
    </message>
    <message>
        <source>{up} up, {down} down</source>
        <translation>{up} hinauf, {down} herunter</translation>
    </message>
    <message>
        <source>{adapter} at {strength} %</source>
        <translation>{adapter} mit {strength} %</translation>
    </message>
    <message>
        <source>first word after {seconds} s</source>
        <translation>erstes Wort nach {seconds} s</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Cut at the length limit</source>
        <translation>An der Längengrenze abgeschnitten</translation>
    </message>
    <message>
        <source>Ended: the context is full</source>
        <translation>Beendet: Der Kontext ist voll</translation>
    </message>
    <message>
        <source>Broken off</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Replying</source>
        <translation>Antwortet</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>Verbindet neu</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>{tokens}, about {size} of activations, to {host}</source>
        <translation>{tokens}, etwa {size} an Aktivierungen, an {host}</translation>
    </message>
    <message>
        <source>{used} of {limit} tokens</source>
        <translation>{used} von {limit} Token</translation>
    </message>
    <message>
        <source>0 bytes of text left this computer. The numbers went to a backend that runs on it too.</source>
        <translation>0 Byte Text haben diesen Computer verlassen. Die Zahlen gingen an ein Backend, das auch hier läuft.</translation>
    </message>
    <message>
        <source>0 bytes of text left this computer, but whoever runs {backend} could rebuild it from the numbers.</source>
        <translation>0 Byte Text haben diesen Computer verlassen, aber wer {backend} betreibt, könnte ihn aus den Zahlen wiederherstellen.</translation>
    </message>
    <message>
        <source>Whoever runs a backend could rebuild your text from the numbers. This one runs here: that is you.</source>
        <translation>Wer ein Backend betreibt, könnte Ihren Text aus den Zahlen wiederherstellen. Dieses läuft hier: Das sind Sie.</translation>
    </message>
    <message>
        <source>Whoever runs the backend and records what it gets could rebuild your text from it. Use one that you trust, or your own.</source>
        <translation>Wer das Backend betreibt und aufzeichnet, was es erhält, könnte Ihren Text daraus wiederherstellen. Verwenden Sie eines, dem Sie vertrauen, oder Ihr eigenes.</translation>
    </message>
    <message>
        <source>Temporary chat</source>
        <translation>Temporärer Chat</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Previous 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
</context>
</TS>
