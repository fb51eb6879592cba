"""The phrases of keyword set 2026-2, by language, in normal form and free of the words in `_DROPPED`.

`a|b c` stands for `a c` and `b c`. A phrase belongs here if a reasonable person reads it as "no more messages" (47
CFR 64.1200(a)(10)) wherever in a clause it stands; in `…_WHOLE`, only where it is all of a clause. What is missing
here is not lost: the reply waits for a person.
"""

from typing import Final

from ledger.rules.phrases import Phrases, expanded, tree

_ENGLISH: Final = """
stop|quit|cease|halt texting|txting|textin|texing|messaging me|us|my|number|people|here|phone
stop|quit|cease|halt msging|contacting|spamming|bothering|harassing|bugging me|us|my|number|people|here|phone
stop|quit|cease sending me|us|texts|messages|msgs|txts|sms|spam|ads|crap|stuff|shit|promotions|to
stop|quit|cease|halt|end|cancel|discontinue MESSAGES|communications|communication|contact
stop|quit|cease|halt|end|cancel|discontinue text|txt|sms|marketing|promotional MESSAGES
stop text|txt|message|msg me|us
stop|quit getting|receiving them|from|MESSAGES
how|can|do|must i stop getting|receiving
stop with texts|messages|spam
if you|u|ya|yall dont|do stop|not
take|get me|us off
take my|number|name|phone off|out|from
take my number|name|phone off|out|from
remove|delete|erase|unsubscribe|unsub|unsubcribe|unsuscribe|unsubscibe|unsubscrib|unenroll me|us|number
remove|delete|erase|lose|loose|forget|scrub|unsubscribe my number|name|phone|info
remove|delete|erase|lose|loose|forget|scrub|unsubscribe my information|contact|details|cell|data
lose|loose number
unsubscribe from
opt me|us|my|number out
want|like|wish|need|trying|prefer|choose|asked|ready to|2 opt|be|stop out|unsubscribed|removed|receiving|getting
want|like|wish|need|trying|prefer|choose|asked to|2 unsubscribe|unsub|revoke|withdraw
want|like|wish|need|asked|prefer to|2 be taken|left off|alone
wanna|gonna|lemme unsubscribe|unsub
wanna|gonna opt out
want|let me|us out|off
how|do|can|could i|to|we unsubscribe|unsub
how|do|can|could i|to|we opt|get out|off
i|we|ive|already unsubscribed
i|we|ive|already opted out
said|replied|texted|sent|typed|wrote|answered|responded|txted stop|unsubscribe|stopp
told|asked|asking|telling|begging|told you|u|yall|them stop|dont|not
told|asked|asking|telling|begging you|u|yall|them to|2 stop|quit|leave|remove
want|need|would you|u|yall|them to|2 stop|quit texting|messaging|contacting|sending|text
no more|further|additional texts|messages|msgs|txts|text|txt|message
no more|further|additional sms|spam|texting|messaging|contact|alerts|ads
dont|not|never|dnt|donot|ever text|txt|message|msg me|us|number|again|here|my|anymore
dont|not|never|dnt|donot|ever messege|contact|bother|spam|massage me|us|number|again|here|my|anymore
dont|not|never|dnt|donot|ever text|txt|message|msg|contact|bother|spam ever|back again|here|me
dont|not|never call|text|email or|and|nor text|call|email|message
dont|not|never|dnt|donot send me|us texts|messages|msgs|txts|sms|spam|anymore
dont|not|never|dnt|donot send me|us more|anything|stuff|ads|text|nothing|no
dont|not|never|dnt|donot send texts|messages|msgs|txts|sms|spam|anymore|more|anything
dont|not|didnt|never want|need|wanna|wish|like|appreciate|authorized|requested|request MESSAGES
dont|not|didnt|never want|need|wanna|wish|like text messages|msgs
dont|not|didnt|never want|need|wish|like|care to|2 receive|hear|be
dont|not|never want|wish to|2 get texts|messages|them|more|anymore|text|spam|sms
dont|not|never wanna receive|hear|get texts|messages|from|them|more|anymore
dont|not want|wish you|u to|2 text|message|contact
no longer interested
no longer want|need|wish|like MESSAGES|to|2
no longer want text messages|msgs
no longer want|wish more|you MESSAGES|to|2
dont|not|didnt|never want|need|wanna|wish|like more MESSAGES
dont|not|never ever text|txt|message|contact|bother|send me|us|number
asked|told you|u twice|again|before|repeatedly|already to|2 stop
dont|not have my|permission|consent permission|consent|to
leave me|us|my alone|be|number
fuck|f|piss off
wrong number|person|num|nbr|phone
revoke|withdraw|revoking|withdrawing|rescind my|consent consent|permission|to
revoke|withdraw|revoking|withdrawing consent
dont|not|never|didnt consent|agree to
no|not|dont|without have|my|permission|consent|authorized permission|consent|to
do|dont not|call call|list list
cease and|n desist
"""

_ENGLISH_WHOLE: Final = """
stop|stopall|unsubscribe|unsub|optout|revoke|arret|arrete|stopp
sstop|stpo|sotp|stop0|atop|stip|stopo|stope|s|tsop
unsubsribe|unsubcribe|unsuscribe|unsubscibe|unsubscrbe
unscribe|unsubscrib|unsubsribed|unsubscribed|unsubscribing
opt|opting|opted out
stop all|it|this|that|texting|txting|messaging|sending
stop spamming|contacting|bothering|forever|everything|everybody|now|y
stop permanently|today|vous|thx|sir|ma|u|text
stop message|messages|texts|sms|notifications|contact|unsubscribe|end|quit
quit|cease texting|txting|messaging|sending|it|spamming|contacting
stop texting|messaging|sending|contacting anymore|here|again|immediately|texts|forever
can|could|would|will you|u|yall stop
can|could|would|will you|u|yall stop it|this|texting|messaging|sending
you need|must|have to stop
how do|can|to i|stop|make stop|it|unsubscribe
i want|need|would|wanna to|like|stop stop|to|it
id like to stop
make it|them stop
s t o p
st op
sto p
s top
go away
get lost
no more|further
unsubscribe all|everything|immediately|from|now|today|number
remove|delete|cancel number|from|list|subscription|texts
off list
no|im|i|we|still not|am|are interested|not
not interested
im|i|we|no am|are|im|not|longer not|interested interested|anymore
i am not interested
not interested anymore
i dont want|need it|them|anymore
dont want|need it|them|anymore
dont|do|never not|text|contact|message text|contact|message|anymore|again
dont text|contact|message
block|lose number|me
stop already
stopp it|texting|messaging
no stop
yes stop
stop yes
"""

_FRENCH: Final = """
menvoyez|menvoyer|menvoie|mecrivez|mecrire|mecris|mappelez|mappeler plus|pas|rien
m envoyez|envoyer|envoie|ecrivez|ecrire plus|pas|rien
me contactez|contacter|envoyez|derangez|deranger|ecrivez plus|pas|rien
plus|pas menvoyer|mecrire|mappeler
plus|pas me contacter|deranger
arretez|arreter|arrete|cessez|cesser de|d menvoyer|mecrire|denvoyer|envoyer|mharceler|me|vos
arretez|arreter|arrete|cessez|stop les|vos|ces|tes|aux|avec|de sms|messages|textos|pub
arretez|arreter|arrete|cessez|stop les|vos|ces|tes|aux|avec|de publicites|texto|message|vos
arretez|arreter|arrete|cessez|stop sms|messages|textos|pub|publicites|pubs
plus|aucun de|autre|sms sms|messages|message|textos|texto|pub|publicite|publicites
desabonnez|desinscrivez|desinscrire|retirez|enlevez|supprimez|effacez moi|mon|me|numero|ce
me desabonner|desinscrire|desabonne|desinscris
laissez|laisse|foutez|fichez moi tranquille|la|en paix|tranquille
laissez|laisse moi tranquille
veux|souhaite|desire|voudrais plus|pas recevoir|de|vos|etre|ces|aucun
ne|n veux|souhaite|desire|voudrais plus|pas recevoir|de|vos|etre|ces|aucun
mauvais|faux numero
erreur|trompe de numero
"""

_SPANISH: Final = """
no me envien|envie|envies|enviar|manden|mande|mandes|mandar mas|nada|mensajes|sms|publicidad|textos|mensaje
no me escriban|escriba|escribas|contacten|contacte|molesten|moleste|molestes
no quiero|deseo mas|recibir|mensajes|sus|sms|que|publicidad
ya no quiero|deseo|me
dejen|deje|deja|dejar|paren|pare|para|parar de|ya enviarme|mandarme|escribirme|molestarme
dejen|deje|deja|dejar|paren|pare|para|parar de|ya molestar|enviar|mandar|mensajes
no mas|otro mensajes|mensaje|sms|textos|publicidad|spam|llamadas
quitenme|quiteme|quitame|borrenme|borreme|borrame de|del|ya
saquenme|saqueme|sacame|eliminenme|elimineme|eliminame de|del|ya
denme|deme|dame|darme|dar|darse de baja
quiten|borren|eliminen|saquen|quite|borre|elimine|saque mi|este numero|telefono
numero equivocado|incorrecto
dejenme|dejeme|dejame en paz
cancelar|cancelen|cancele mensajes|suscripcion|sms
"""

_GERMAN: Final = """
keine|kein|keinen nachrichten|sms|werbung|texte|mails|nachricht mehr
keine weiteren|weitere|mehr nachrichten|sms|texte|werbung
will|mochte|moechte|mochten|wunsche|brauche keine|nichts|nicht nachrichten|sms|werbung|mehr|mails|texte
hor|hort|hoer|hoert auf mir|mich|zu|damit|mit
horen|hoeren sie auf
schreibt|schreib|schickt|schick|sendet|senden|schicken mir|uns nicht|nie|nichts|keine
schreiben|schicken|senden|kontaktieren|belastigen sie mir|mich nicht|nie|nichts|keine
mich|nummer|uns abmelden|austragen|loschen|loeschen|entfernen|streichen|abgemeldet
melden|meldet|meld sie|mich mich|ab|bitte
nehmen|nehmt|nimm|streichen|streicht sie|mich|meine mich|meine|aus|von|nummer
loschen|loescht|losch|entfernen|entfernt|tragen sie|mich|meine mich|meine|aus|von|nummer
loschen|loschen|losche|loeschen meine nummer|daten
lasst|lass|lassen mich|sie in|mich ruhe|in
falsche|falscher nummer|person|empfanger
nicht mehr anschreiben|kontaktieren|schreiben|kontaktiert|angeschrieben
nachrichten|sms|newsletter|werbung stoppen|abbestellen|einstellen|beenden
"""

_PORTUGUESE: Final = """
nao me envie|enviem|mande|mandem|manda|envia|perturbe|incomode mais|nada|mensagens|mensagem|sms
nao mande|mandem|envie|enviem mais
nao quero|desejo|gostaria mais|receber|mensagens|de|suas
pare|parem|para|parar de me|enviar|mandar|encher|mensagens
chega de mensagens|mensagem|sms|spam
me tire|tira|tirem|remova|remove|removam|retire|retirem|exclua|excluam da|de|do|desta|dessa
me descadastre|descadastra|descadastrem
remova|remove|retire|exclua|apague|tire|tirem meu|esse|este numero|telefone|contato|nome
numero errado
me deixe|deixa|deixem em paz
cancelar|cancele|cancelem mensagens|inscricao|sms
"""

_ITALIAN: Final = """
non mandatemi|inviatemi|scrivetemi|mandarmi|inviarmi|scrivermi|contattatemi|contattarmi|disturbatemi|disturbarmi
non voglio|desidero piu|ricevere|messaggi|sms|vostri
smettetela|smettila|smettere|smettete di|con
basta messaggi|sms|con|pubblicita|messaggini
cancellatemi|cancellami|toglietemi|toglimi dalla|da|subito|per
rimuovetemi|rimuovimi|disiscrivetemi|disiscrivimi|eliminatemi dalla|da|subito|per
cancellate|rimuovete|togliete|cancella|rimuovi|eliminate il|mio|questo mio|numero
numero sbagliato|errato
lasciatemi|lasciami in pace
voglio disiscrivermi|cancellarmi
niente|nessun piu|altri|altro messaggi|sms|messaggio
"""

_DUTCH: Final = """
geen berichten|sms|smsjes|reclame|berichtjes|appjes|spam meer
stuur|sturen|zend|app|sms|schrijf mij|me geen|niets|niet|nooit
stop|stoppen met sturen|berichten|sms|smsen|appen|deze|mij|me|reclame
haal|verwijder|schrijf|meld|schrap mij|me|mijn van|uit|af|nummer
wil geen|niets berichten|sms|smsjes|reclame|meer
wil dit|deze|ze niet meer
wil niet|niks meer|langer ontvangen|horen|krijgen
laat me|mij met rust
verkeerd|verkeerde nummer|persoon
mij|me uitschrijven|afmelden
"""

_WHOLE: Final = """
arretez|arreter|desabonner|desabonnement|desinscrire|desinscription|desinscrivez
paren|pare|parar|basta|ya|alto|detener|detenganse|desuscribir|desuscribirme|desuscribirse
no mas
ya basta
abmeldung|aufhoren|aufhoeren|abbestellen
kein interesse|bedarf
hor|hort|hoer auf
chega|parem
cancellatemi|cancellami|disiscrivetemi|toglietemi|smettetela|smettila
quitenme|borrenme|saquenme|eliminenme
uitschrijven|afmelden|stoppen
pas interesse
"""

_VETOES: Final = """
by|on|an accident|mistake
accidentally|accidently|mistakenly|resubscribe|rejoin|jk|lol|haha|hahaha|lmao|nvm|nevermind
never mind
just|only kidding
re subscribe
add|sign|put|opt me back|up
back in|on list
opt back
opt in
i|do|did i|have|text|call have|text|call|wrong wrong|number
i texted|called|have|had wrong
is|was it|this|that|wrong wrong|number
so|as|less many|much|often
"""

_MESSAGES: Final = "texts|messages|msgs|txts|sms|spam|notifications|alerts|ads|promotions|texting|messaging"
_DROPPED: Final = """
please pls plz plse plese kindly just the these those this that your ur any all of such very really totally fucking
fuckin fuckn fking fkn fing effing freaking frickin damn goddamn bloody stupid dumb annoying ridiculous unwanted
unsolicited immediately now asap ok okay hey hi hello yo thanks
thx ty tks sorry sir maam guys people ffs omg wtf god
then also a an sil svp stp bitte danke
merci gracias grazie obrigado obrigada alsjeblieft alstublieft aub gelieve dank
"""
_NEGATIONS: Final = """
dont dnt donot not never cant cannot wont didnt doesnt
shouldnt couldnt wouldnt isnt aint without non no nao nicht nie
nunca ne pas jamais niet nooit
"""
_LINKS: Final = """
want wanna need have mean like plan trying going gonna to 2 you
u ya yall they i it them ever think wish said be get got
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _lines(*tables: str) -> list[str]:
    return [line for table in tables for line in table.replace("MESSAGES", _MESSAGES).splitlines() if line]


PHRASES: Final = Phrases(
    whole=frozenset(" ".join(words) for words in expanded(_lines(_ENGLISH_WHOLE, _WHOLE))),
    within=tree(_lines(_ENGLISH, _FRENCH, _SPANISH, _GERMAN, _PORTUGUESE, _ITALIAN, _DUTCH)),
    vetoes=tree(_lines(_VETOES)),
    dropped=_words(_DROPPED),
    dropped_pairs={
        "thank": frozenset({"you", "u"}),
        "por": frozenset({"favor"}),
        "per": frozenset({"favore"}),
        "vous": frozenset({"plait"}),
        "te": frozenset({"plait"}),
    },
    negations=_words(_NEGATIONS),
    conditions=_words("if unless did am was were until till before after who whoever when"),
    links=_words(_LINKS),
    subjects=_words("you u they she he why who we never it"),
)
