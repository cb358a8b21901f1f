"""Names that people have: for finding them, and (the second lists) for standing in for them.

names.txt has the first names and the most frequent surnames of a census, words.txt what is a word before it is a name;
more_names.txt has names of many countries, and of those what is a German word or a town as well; the lists here add
some by hand.

Stand-ins are plain ASCII, end in no s, x or z (so that a plural or genitive is one letter more), and are no words of
English or German: "Keller" is a cellar, "Will" a verb, and a reply that means those must not become somebody.
"""

from pathlib import Path


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MORE_FEMALE = words(
    """aaliyah abigail ada adele adriana agnes agnieszka aisha akiko alba alejandra aleksandra alessandra alexandra
    alice alicia alina alisha amalia amanda amelia amelie amina amira amy ana anastasia andrea anette angela angelika
    anita anja anke ann anna anne annette annika antje antonia anya astrid audrey aurora aylin ayse barbara beata
    beatrice beatriz becky birgit brigitte brenda camila camille carla carmen carol carolina caroline catherine
    cecilia celine charlotte chiara chloe christa christiane christina christine claire clara claudia cornelia
    cristina cynthia dagmar daniela deborah denise diana dilara dorothea dorothy ebru eileen ekaterina elaine elena
    eleonora elif elisa elisabeth eliza elizabeth elke ella ellen elsa emilia emily emma erika esther eva evelyn
    fatima fatma fiona florence franziska frauke frieda gabriela gabriele gabriella gertrud gisela giulia giulia
    greta gudrun hanna hannah heather heidi heike helen helena helga ines ingeborg ingrid irene irina iris isabel
    isabella isabelle ivana jacqueline jana jane janet janina jasmin jasmine jeanne jennifer jenny jessica jing joan
    joanna johanna jolanta josefine joyce juanita judith julia juliana julie jutta karen karin karla katarina
    katarzyna kate katharina katherine kathleen kathrin katie katja katrin kerstin khadija kimberly kirsten klara
    kristin kristina latoya laura lauren layla lea leila lena leonie leticia lieselotte lily linda lisa liv louise
    lucia lucie lucy luisa luise lydia magdalena maja malgorzata mandy manuela mareike margaret margarete maria
    mariam marie marina marion marlene marta martha martina mary maryam mathilda maya megan mei melanie melissa mia
    michaela michelle miriam mona monika monique nadia nadine nancy naomi natalia natalie natasha nele nicole nina
    noor olga olivia pamela patricia paula pauline petra pia priya rachel ramona rebecca regina renate rita rosa
    rosemarie ruth sabine sabrina samantha sandra sara sarah sharon sheila shirley sigrid silke silvia simone sofia
    sonja sophia sophie stefanie stephanie susan susanne svenja svetlana sylvia tamara tanja tatiana teresa theresa
    tina ursula ulrike uta valentina valeria vanessa vera verena veronica veronika victoria viktoria virginia
    waltraud wendy wiebke xiu yara yasmin yolanda yuki yuko yvonne zainab zeynep zoe zofia zuzanna siobhan niamh
    aoife saoirse ngozi chiamaka adaeze folake thandiwe nomvula wanjiru ananya deepa divya kavita lakshmi meera
    nisha pooja radha shreya sunita xin yan hyejin soyeon minji linh thuy lan huong ayumi haruka sakura freya
    ingeborg solveig astrid sigrun katrín bronwyn rhiannon"""
)
_MORE_MALE = words(
    """aaron abdul abdullah adam adrian ahmad ahmed akira alan albert alberto alejandro aleksander alessandro alexander
    ali amir anders andreas andrej andrew andrzej andy anthony antoine anton antonio arjun armin arnold arthur arturo
    axel aziz barry ben benedikt benjamin bernd bernhard bilal björn bogdan boris brandon brian bruce bruno burak
    carl carlos cedric charles chen chris christian christoph christopher claus colin craig cristian cyril damian
    dan daniel dario dave david dennis derek detlef diego dieter dietmar dimitri dmitri dominic dominik donald
    douglas dylan edgar eduardo edward edwin elias emanuel emil emre enrico enrique eric erich erik ernst ethan
    eugene fabian fabio farid felix ferdinand fernando filip florian francesco francis francisco frank franz fred
    frederic frederick friedrich fritz gabriel gary georg george gerald gerard gerd gerhard giovanni giuseppe greg
    gregor gregory guido guillaume günter günther gunnar gustav guy hans harald harold harry hartmut hassan heiko
    heinrich heinz helmut hendrik henning henri henrik henry herbert hermann hiroshi holger horst howard hubert hugo
    hugh ian ibrahim igor ingo isaac ismail ivan jack jacob jakob jakub jamal james jan janusz jason javier jean
    jeff jeffrey jens jeremy jerome jerry jesse jesús jim jimmy joachim joaquin joe joel johan johann johannes john
    johnny jon jonas jonathan jonas jorge jose josé josef joseph joshua juan julian julien julio jürgen justin kai
    karl karsten keith ken kenji kenneth kevin khalid klaus konrad konstantin krzysztof kurt kyle lars laszlo
    laurent leo leon leonardo leonhard levi liam lorenzo lothar louis luca lucas luigi luis luka lukas lutz maciej
    malik manfred manuel marc marcel marcin marco marcos marek mario marius markus martin marvin massimo mateo
    mateusz mathias mats matteo matthew matthias maurice mauricio max maximilian mehmet michael michal michał miguel
    mike mikhail milan mohamed mohammad mohammed moritz muhammad murat mustafa nathan nathaniel neil nicholas nick
    nicolas niels niklas nikolai nikolaus nils noah norbert norman oleg oliver omar oscar oskar osman ossi otto
    pablo paolo pascal patrick paul pavel pawel pedro per peter philip philipp phillip pierre piotr rafael rahul
    rainer raj rajesh ralf ralph ramon raphael rashid raul raymond reinhard rené ricardo richard rob robert roberto
    rodrigo roger roland rolf roman ronald ronny rüdiger rudolf ruben russell ryan salvatore sam samuel sandeep
    scott sean sebastian sergei sergej sergio seth siegfried simon stanislaw stefan stefano stephan stephen steve
    steven sven takashi takeshi tarek ted theo theodor thomas thorsten tim timo timothy tobias todd tom tomasz tommy
    toni torben torsten travis udo ulf ulrich uwe valentin victor viktor vincent vinzenz vladimir volker walter wei
    werner wilfried wilhelm william winfried wojciech wolfgang xavier yasin youssef yusuf yuri zachary zbigniew
    zoltan oluwaseun chinedu emeka kwame kofi tunde babatunde sipho thabo kamau aditya amit anil arun deepak gaurav
    karthik manish nikhil pradeep rakesh ravi rohan sanjay suresh vijay vikram daichi haruto kenta ryo shota jun-ho
    minjun seojun hieu minh tuan eoin cian niall padraig ruairi hamish callum ewan gareth rhys dafydd bjarne håkon
    leif sigurd torbjörn eetu juhani mikko"""
)
_MORE_NEUTRAL = words(
    """alex andy ariel ashley bailey blair cameron casey charlie dana devin drew eden emerson finley jamie jan jordan
    jules kai kelly kim kris lee leslie logan lou maxime mika morgan nicki nikola noa parker pat quinn reese riley robin
    rowan sam sasha sascha shannon sidney skyler stacy sydney taylor terry toni tracy val yael xiaoming jo tony"""
)
_MORE_LAST = words(
    """adams ahmed alvarez anderson andersson bauer becker bennett berg bergmann bianchi brandt braun brooks brown bruno
    campbell carter castillo chan chen chang choi clark collins conti cooper costa cruz davies davis diaz dietrich
    dubois dupont edwards eriksson esposito evans ferrari fernandez ferreira fischer fitzgerald flores foster franke
    fuchs garcia gomez gonzalez green gupta gutierrez hahn hall hansen harris hartmann heinrich hernandez hill
    hoffmann howard huang huber hughes hussain ivanov iyer jackson jansen jensen jimenez johansson johnson jones
    kaiser kaplan kaufmann kaya keller kelly khan kim klein koch kowalski kovacs krause kruger krüger kumar lang
    larsen laurent lee lefebvre lehmann leroy lewis li lin lindberg liu lopez lorenz ludwig maier martin martinez
    martins mayer meier mendez meyer miller mitchell mohamed möller moore morales moreau moreno morgan morris müller
    murphy nakamura nelson neumann nguyen nielsen nilsson novak nowak o'brien o'connor o'neill oliveira olsen ortiz
    park parker patel pedersen pereira perez peters petersen petrov phillips popov raman ramirez ramos rao reyes
    ricci richter rivera roberts robinson rodriguez rojas romano romero rossi roth ruiz russo ryan sanchez sanders
    santos sato sauer schäfer schmid schmidt schmitt schmitz schneider scholz schreiber schröder schubert schulte
    schulz schumacher schuster schwarz sharma silva simon singh smirnov smith sokolov stein stewart sullivan suzuki
    takahashi tanaka taylor thomas thompson torres tran turner vargas vasquez vogel vogt wagner walker walter wang
    watanabe watson weber weiß wilson winkler winter wojcik wolf wong wright wu yamamoto yang yılmaz young zhang
    zhao ziegler zimmermann okafor adeyemi mensah okonkwo mbeki dlamini achebe abdi hassan ibrahim haddad mansour
    cohen levy friedman goldberg rosenberg nakagawa kobayashi dvorak horvat kovac popescu ionescu papadopoulos
    georgiou andreou murray macdonald campbell mcdonald mckenzie"""
)


def _lists(name: str) -> dict[str, frozenset[str]]:
    """A line is a name and its words; # begins a comment."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return {(row := line.split())[0]: frozenset(row[1:]) for line in lines if line and not line.startswith("#")}


_CENSUS = _lists("names.txt")
WORDS = _lists("words.txt")["words"]
_WORLD = _lists("more_names.txt")
FEMALE = (_MORE_FEMALE | _CENSUS["female"] | _WORLD["female"]) - _MORE_MALE | (_MORE_FEMALE & _MORE_MALE)
MALE = (_MORE_MALE | _CENSUS["male"] | _WORLD["male"]) - _MORE_FEMALE | (_MORE_FEMALE & _MORE_MALE)
NEUTRAL = _MORE_NEUTRAL | _CENSUS["either"] | _WORLD["either"]
FIRST = FEMALE | MALE | NEUTRAL
LAST = _MORE_LAST | _CENSUS["last"] | _WORLD["last"]
COMMON_FIRST = FIRST - _WORLD["female"] - _WORLD["male"] - _WORLD["either"]  # in small letters these are proof
GERMAN_WORDS = _WORLD["german"]  # of all these names
TOWNS = _WORLD["places"]

# Names that are also words, months, places or brands: alone, and at the start of a sentence, they prove nothing.
_MORE_WORDS = words(
    """abel alba amber angel april art august aurora autumn bay berg bill bob brandt brook brown bruno carol chase
    christian chuck cliff clay cook cooper crystal dale dan dawn dean destiny diamond don drew eden faith fischer
    flora florence ford foster frank franke franz gene georgia gerade gerd grace grant graham green guy hall harmony
    harry hazel heather hill holly hope hunter iris ivy jack jade jan jasmine jean jersey jo joe john joy june
    junior jordan kai kaiser keller klein koch krause lan lance lang lee leo li lily lin logan lou love lynn mai
    major mark mason max may mercedes mercy miles minh mona morgan nick noble norman ocean olive park parker pat
    paris peters pat penny per petra pearl piper pooja ralph ray reed rich rita river rob robin rock roman rose rosa
    roth rowan ruby rusty ryan sandy sauer scarlet schwarz shannon sierra sky skyler stein steve sue summer sunny
    sven taylor ted terry tony val van vera victor victoria violet virginia wade walker walter wang ward wei will
    winter wolf wood wright wu xin yan young tim charlotte sydney austin dallas houston lincoln washington jackson
    cameron chan carter turner cruz costa clara sara linda silva singh sato montgomery melody verity wang yang long
    king page bishop pope price"""
)

ALSO_WORDS = _MORE_WORDS | (WORDS & (FIRST | LAST))

# Made once: these sets have tens of thousands of words.
NAMES = FIRST | LAST
SURE_FIRST = FIRST - ALSO_WORDS
GERMAN_SURE = NAMES - GERMAN_WORDS
GERMAN_SURE_FIRST = FIRST - GERMAN_WORDS - TOWNS
COMMON_SURE = COMMON_FIRST - ALSO_WORDS - GERMAN_WORDS - TOWNS
ONLY_TOWNS = TOWNS - COMMON_FIRST  # of which most are no names in English: by themselves they are towns

# Capitalised words that are in no name, and places and products that are nobody.
NEVER = words(
    """i the a an and or but if so we you he she it they this that these those there here what when where which who whom
    whose why how is are was were be been am do does did have has had will would can could should may might must
    shall my your his her its our their me him us them not no yes please thanks thank hello hi hey dear to from of
    in on at by for with about as into over after before between out against during without within along following
    across behind beyond plus except up down off above below python java javascript linux windows google apple
    microsoft amazon excel word github docker english german french spanish monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november december montag
    dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember ich du
    er sie es wir ihr der die das ein eine und oder aber nicht bitte danke hallo liebe lieber sehr guten tag morgen
    abend team all everyone everybody sir madam there folks friends mail email e-mail phone tel address street name
    iban ssn api key token url id ip pin dob card visa mastercard passport also just now then today tomorrow tonight
    yesterday write call send ask tell give make let get find show help explain translate summarise summarize
    rewrite read list create draft reply book meet mom dad mum grandma grandpa god christmas easter bible internet
    wifi ok okay best regards sincerely cheers love mit freundlichen grüßen gruß grüße für zum zur von bei nach seit
    aus auch noch schon wenn dass wie was wer wo warum kein keine mein meine dein ihre unser bis am im an auf usa uk
    eu nasa http https json html css sql pdf ceo cto cfo hr sorry looking happy glad sure afraid new good great
    going not very so really still back done available sick tired late interested curious planning trying working
    writing using excited confused stuck able aware thinking having doing getting making learning building
    developing born married manager director engineer doctor teacher lawyer nurse boss customer client patient attn
    subject re fwd cc bcc welche welcher welches
    dieser diese dieses diesem jeder jede jedes alle unsere unserer mijn mio"""
)


PLACES = words(
    """germany france spain italy england scotland ireland wales britain europe africa asia america canada mexico brazil
    argentina china japan india russia ukraine poland austria switzerland belgium holland netherlands denmark sweden
    norway finland greece turkey israel iran iraq egypt australia zealand korea taiwan vietnam thailand indonesia
    pakistan nigeria kenya ghana berlin munich hamburg cologne frankfurt vienna zurich geneva paris lyon london
    manchester dublin edinburgh rome milan madrid barcelona lisbon amsterdam rotterdam brussels copenhagen stockholm
    oslo helsinki warsaw prague budapest athens istanbul moscow kyiv kiev beijing shanghai tokyo osaka kyoto seoul
    delhi mumbai sydney melbourne toronto montreal vancouver chicago boston houston dallas texas florida california
    nevada ohio oregon seattle denver washington atlanta miami detroit philadelphia york orleans francisco angeles
    vegas jersey carolina dakota virginia hawaii alaska brooklyn manhattan deutschland österreich schweiz frankreich
    italien spanien münchen köln wien zürich stuttgart leipzig dresden bremen hannover nürnberg brussels facebook
    twitter netflix nvidia intel samsung sony siemens bosch volkswagen toyota wikipedia reddit slack spotify tesla
    ikea lego jupiter saturn mars venus mercury neptune uranus pluto minecraft shakespeare kubernetes postgres mysql
    sqlite redis ubuntu debian fedora nginx numpy pandas pytorch tensorflow firefox chrome safari android iphone
    macos qt django flask rails kotlin scala haskell"""
)

STAND_FEMALE = listed(
    """Maria Laura Julia Hanna Elena Sofia Nora Clara Emma Lena Paula Johanna Marta Theresa Amelia Helena Nina Rebecca
    Olivia Carla Monika Diana Vanessa Sabina Karina Annika Miriam Valeria Ida Frida Emilia Selma Matilda Lydia
    Veronica Camilla Ramona Bianca Tamara Liliana Ottilia Philippa Marlena Josephina Evelina Rosalinda Katarina
    Natalia Viktoria Antonia Cornelia Susanna Magdalena Marianna Henrietta Luisa Isabella Gabriela Adriana Fabiana
    Serena Lavinia"""
)
STAND_MALE = listed(
    """Daniel David Martin Simon Robert Oliver Stefan Julian Anton Peter Adrian Philip Konrad Edgar Fabian Benjamin Erik
    Henrik Gregor Leonard Walther Marlon Florian Valentin Arthur Sebastian Rafael Gabriel Vincent Alvaro Bertram
    Casimir Damian Emmanuel Ferdinand Gerald Harald Ignacio Joachim Kilian Lothar Manfred Norbert Ottmar Roland
    Samuel Theodor Ulrich Vladimir Wilfred Xaver Yannick Zoltan Dominik Bernard Raimund Leopold Matteo Ricardo
    Fernando Roderick"""
)
STAND_NEUTRAL = listed(
    """Robbie Kimmy Mikko Sascha Noah Jamie Kirby Ariel Dominique Renee Andrea Nikita Florin Remy Marley Devon Tatum
    Kendall Jessie Frankie Elliot Harley Lennon Rory Sidney Ellery Merlin Camille Emery Lorin Averil Dallin Kelby
    Lindell Marlowe Perrin Quinby Rennie Sorrel Torrey Vesper Wynne Yuval Zephyr Ashby Briar Corin Delany Evian
    Farley"""
)
STAND_LAST = listed(
    """Hartmann Lindqvist Hoffmann Novak Larsen Moreau Bennett Whitfield Petrov Holmberg Fontaine Castellano Bergmann
    Lehmann Nakamura Marchetti Osterman Vandermeer Kowalski Ferreira Johansson Sandoval Delacroix Ekstrom Falkner
    Gustafson Haverford Iversen Jorgensen Kirkwood Lombardi Mortensen Nordstrom Ogilvie Pemberton Quimby Rosendahl
    Stenberg Thornton Ullman Vercelli Wadsworth Yamada Zellweger Abernathy Brannigan Calloway Davenport Ellington
    Fairbairn Gallagher Hathaway Ingersoll Jablonski Kensington Lockhart Merriweather Northcott Oakenfold
    Prendergast Rutherford Sutherland Tremblay Underhill Villanueva Winterbottom Yarborough Zimmerman Bjornson
    Cartwright Dunleavy Engstrom Fitzroy Grunwald Hallberg Isaksen Kjellberg Lundgren Magnuson Nyberg Overgaard
    Pettersen Ravensdale"""
)
STAND_TOWN = listed(
    """Ashbourne Brightwell Castlebrook Dunmoor Eastleigh Fairhaven Glenfield Harrowgate Islington Kingsbury Lakemont
    Millbrook Northgate Oakhurst Pinewood Ravenford Stonebridge Thornbury Waverton Westbrook Lindental Birkenau
    Falkenried Grunfeld Hohenbach Steinfurt Waldheim Altenrode Neuhausen Rosenthal"""
)
STAND_STREET = listed(
    """Birchwood Maplewood Larkspur Thornhill Elmhurst Rosedale Fernleigh Hazelwood Kingsley Oakfield Primrose Sycamore
    Willowbrook Ashgrove Beechcroft Cloverdale Foxhall Greenacre Holloway Juniper Meadowbank Riverside Sunnyside"""
)
STAND_COMPANY = listed(
    """Alderon Brightmoor Calvexa Dorwell Everline Fernova Galtrix Helmridge Ironvale Jorvana Kestrion Lumerix Monteval
    Norvanta Orbelis Pelmont Quorana Rivendel Solvanta Tarnwell Umbrella Veltrona Wexmoor Zandora"""
)
