"""The words of dates, as data: months' names in the languages of the world's news, and names of time zones.

Months: Unicode CLDR, by way of Babel 2.18 (wide and abbreviated forms of some 85 locales; Unicode License v3), with a
few spellings that CLDR lacks. Names are folded as `ingest.dates.fold_name` does. Only Croatian gives a name to another
month than the other languages do. Zones: the abbreviations that the IANA time zone database uses or used.
"""

MONTH_NAMES = (
    "january, jan, januar, janner, janvier, janv, enero, ene, janeiro, gennaio, gen, januari, tammikuuta, tammi, "
    "tammikuu, jaanuar, jaan, janvaris, sausio, saus, sausis, stycznia, sty, styczen, ledna, led, leden, januara, "
    "sijecnja, sij, sijecanj, јануар, јан, yanvar, yan, јануари, януари, яну, січня, січ, січень, января, янв, "
    "январь, студзеня, сту, студзень, ianuarie, ian, ιανουαριου, ιαν, ιανουαριοσ, ocak, oca, јанвар, қаңтар, қаң, "
    "январ, იანვარი, იან, հունվարի, հնվ, հունվար, janar, jannar, de gener, de gen, gener, xaneiro, xan, urtarrila, "
    "urt, ionawr, ion, eanair, ean, يناير, كانون الثاني, جانفي, ژانویه, جنوري, جنوری, rebendan, rbn, کانوونی دووەم, "
    "ינואר, ינו׳, जनवरी, जन, जानेवारी, जाने, জানুয়ারী, জানু, জানুৱাৰী, ਜਨਵਰੀ, ਜਨ, જાન્યુઆરી, જાન્યુ, ଜାନୁଆରୀ, "
    "ஜனவரி, ஜன, జనవరి, జన, ಜನವರಿ, ಜನ, ജനുവരി, ജനു, ජනවාරි, ජන, มกราคม, มค, ມັງກອນ, ມກ, ဇန်နဝါရီ, ဇန်, មករា, ጃንዋሪ, "
    "ጃን, janaayo, jannaayo, janairu, osu sere, januwari, januarie, janyuwari, нэгдүгээр сар, yanwar",
    "february, feb, februar, fevrier, fevr, febrero, fevereiro, fev, febbraio, februari, helmikuuta, helmi, "
    "helmikuu, veebruar, veebr, februaris, febr, vasario, vas, vasaris, lutego, lut, luty, unora, uno, unor, "
    "februara, veljace, velj, veljaca, фебруар, феб, fevral, февруари, фев, лютого, лют, лютии, февраля, февр, "
    "февраль, лютага, люты, februarie, φεβρουαριου, φεβ, φεβρουαριοσ, subat, sub, феврал, ақпан, ақп, თებერვალი, "
    "თებ, փետրվարի, փտվ, փետրվար, shkurt, shk, frar, fra, de febrer, de febr, febrer, febreiro, otsaila, ots, "
    "chwefror, chwef, chw, feabhra, feabh, فبراير, شباط, فيفري, فوریه, فبروري, فېبروري, فروری, sibat, sbt, شوبات, "
    "פברואר, פבר׳, फ़रवरी, फ़र, फेब्रुवारी, फेब्रु, फेब्रुअरी, ফেব্রুয়ারী, ফেব, ফেব্ৰুৱাৰী, ফেব্ৰু, ਫ਼ਰਵਰੀ, ਫ਼ਰ, "
    "ફેબ્રુઆરી, ફેબ્રુ, ଫେବୃଆରୀ, பிப்ரவரி, பிப், ఫిబ్రవరి, ఫిబ్ర, ಫೆಬ್ರವರಿ, ಫೆಬ್ರ, ഫെബ്രുവരി, ഫെബ്രു, පෙබරවාරි, "
    "පෙබ, กุมภาพันธ์, กพ, ກຸມພາ, ກພ, ဖေဖော်ဝါရီ, ဖေ, កុម្ភៈ, pebrero, peb, ፌብሩዋሪ, ፌብ, febraayo, faburairu, fab, osu "
    "erele, februwari, хоердугаар сар, fewral, few, فيبروري",
    "march, mar, marz, mars, marzo, marco, maart, mrt, marts, maaliskuuta, maalis, maaliskuu, kovo, kov, kovas, "
    "marca, marzec, brezna, bre, brezen, marec, ozujka, ozu, ozujak, mart, март, мар, березня, бер, березень, "
    "марта, сакавіка, сак, сакавік, marcius, marc, martie, μαρτιου, μαρ, μαρτιοσ, наурыз, нау, მარტი, მარ, մարտի, "
    "մրտ, մարտ, marzu, de marc, martxoa, mawrth, maw, marta, مارس, اذار, مارچ, adar, adr, يازار, מרץ, मार्च, মার্চ, "
    "মাৰ্চ, ਮਾਰਚ, માર્ચ, ମାର୍ଚ୍ଚ, மார்ச், மார், మార్చి, ಮಾರ್ಚ್, മാർച്ച്, മാർ, මාර්තු, මාර්, มีนาคม, มีค, ມີນາ, ມນ, "
    "မတ်, មីនា, maret, mac, marso, machi, ማርች, maarso, maris, osu erena, mashi, mas, matshi, mat, гуравдугаар сар",
    "april, apr, avril, avr, abril, abr, aprile, huhtikuuta, huhti, huhtikuu, aprill, aprilis, balandzio, bal, "
    "balandis, kwietnia, kwi, kwiecien, dubna, dub, duben, aprila, travnja, tra, travanj, април, апр, aprel, "
    "квітня, квіт, квітень, апреля, апрель, красавіка, кра, красавік, aprilie, απριλιου, απρ, απριλιοσ, nisan, nis, "
    "апрел, сәуір, сәу, აპრილი, აპრ, ապրիլի, ապր, ապրիլ, prill, pri, dabril, dabr, apirila, api, ebrill, ebr, "
    "aibrean, aib, ابريل, نيسان, افريل, اوریل, اپریل, nsn, نیسان, אפריל, אפר׳, अप्रैल, एप्रिल, एप्रि, अप्रिल, "
    "এপ্রিল, এপ্রি, এপ্ৰিল, ਅਪ੍ਰੈਲ, ਅਪ੍ਰੈ, એપ્રિલ, ଅପ୍ରେଲ, ஏப்ரல், ஏப், ఏప్రిల్, ఏప్రి, ಏಪ್ರಿಲ್, ಏಪ್ರಿ, ഏപ്രിൽ, "
    "ഏപ്രി, අප්‍රේල්, เมษายน, เมย, ເມສາ, ມສ, ဧပြီ, មេសា, aprili, ኤፕሪል, ኤፕሪ, abriil, afirilu, afi, osu igbe, "
    "ephreli, eph, epreli, epr, дөрөвдүгээр сар, اپريل",
    "may, mai, mayo, maio, maggio, mag, mei, maj, toukokuuta, touko, toukokuu, maijs, geguzes, geg, geguze, maja, "
    "kvetna, kve, kveten, svibnja, svi, svibanj, мај, маи, травня, трав, травень, мая, majus, μαιου, μαι, μαιοσ, "
    "mayıs, мамыр, мам, მაისი, მაი, մայիսի, մյս, մայիս, mejju, mej, de maig, maig, maiatza, bealtaine, beal, مايو, "
    "ايار, ماي, مه, مۍ, ميی, gulan, gln, يایار, מאי, मई, मे, মে, ਮਈ, مي, મે, ମଇ, மே, మే, ಮೇ, മേയ്, මැයි, พฤษภาคม, "
    "พค, ພຶດສະພາ, ພພ, မေ, ឧសភា, ሜይ, maayo, mayu, osu ebibi, meyi, mey, тавдугаар сар, ميي, می",
    "june, jun, juni, juin, junio, junho, giugno, giu, kesakuuta, kesa, kesakuu, juuni, junijs, birzelio, birz, "
    "birzelis, czerwca, cze, czerwiec, cervna, cvn, cerven, juna, junij, lipnja, lipanj, јуни, јун, iyun, iyn, юни, "
    "червня, черв, червень, июня, июн, июнь, чэрвеня, чэр, чэрвень, junius, iunie, iun, ιουνιου, ιουν, ιουνιοσ, "
    "haziran, haz, ијун, ијн, маусым, мау, ივნისი, ივნ, հունիսի, հնս, հունիս, qershor, qer, gunju, gun, de juny, "
    "juny, xuno, ekaina, eka, mehefin, meh, meitheamh, meith, يونيو, حزيران, جوان, ژوين, جون, heziran, hzr, "
    "حوزەیران, יוני, जून, जुन, জুন, ਜੂਨ, જૂન, ଜୁନ, ஜூன், జూన్, ಜೂನ್, ജൂൺ, ජූනි, มิถุนายน, มิย, ມິຖຸນາ, ມິຖ, ဇွန်, "
    "មិថុនា, hunyo, hun, ጁን, juun, yuni, yun, osu okudu, junie, зургаадугаар сар, يونيه, ιον",
    "july, jul, juli, juillet, juil, julio, julho, luglio, lug, heinakuuta, heina, heinakuu, juuli, julijs, liepos, "
    "liep, liepa, lipca, lip, lipiec, cervence, cvc, cervenec, jula, julij, srpnja, srpanj, јули, јул, iyul, iyl, "
    "юли, липня, лип, липень, июля, июл, июль, ліпеня, ліп, ліпень, julius, iulie, iul, ιουλιου, ιουλ, ιουλιοσ, "
    "temmuz, tem, ијул, ијл, шілде, шіл, ივლისი, ივლ, հուլիսի, հլս, հուլիս, korrik, korr, lulju, lul, de juliol, de "
    "jul, juliol, xullo, xul, uztaila, uzt, gorffennaf, gorff, gor, iuil, يوليو, تموز, جويلية, يوليوز, ژويیه, "
    "جولای, جولايی, tirmeh, trm, تەمووز, יולי, जुलाई, जुल, जुलै, জুলাই, জুল, ਜੁਲਾਈ, ਜੁਲਾ, જુલાઈ, ଜୁଲାଇ, ஜூலை, జులై, "
    "ಜುಲೈ, ജൂലൈ, ජූලි, กรกฎาคม, กค, ກໍລະກົດ, ກລ, ဇူလိုင်, ဇူ, កក្កដា, julai, hulyo, hul, ጁላይ, luulyo, yuli, yul, "
    "osu agemo, julayi, julie, долоодугаар сар, جولاءِ, يوليه, ιολ",
    "august, aug, aout, agosto, ago, augustus, augusti, agust, agu, elokuuta, elo, elokuu, augusts, rugpjucio, "
    "rugp, rugpjutis, sierpnia, sie, sierpien, srpna, srp, srpen, augusta, avgust, avg, kolovoza, kol, kolovoz, "
    "аугуст, ауг, avqust, avq, август, авг, серпня, серп, серпень, августа, жніуня, жні, жнівень, augusztus, "
    "αυγουστου, αυγ, αυγουστοσ, agustos, тамыз, там, აგვისტო, აგვ, օգոստոսի, օգս, օգոստոս, gusht, gush, awwissu, "
    "aww, dagost, dag, agost, ag, abuztua, abu, awst, lunasa, lun, اغسطس, اب, اوت, غشت, اګست, اگست, tebax, tbx, "
    "ياب, אוגוסט, אוג׳, अगस्त, अग, ऑगस्ट, ऑग, अगस्ट, আগস্ট, আগ, আগষ্ট, ਅਗਸਤ, ਅਗ, ઑગસ્ટ, ଅଗଷ୍ଟ, ஆகஸ்ட், ஆக, ఆగస్టు, "
    "ఆగ, ಆಗಸ್ಟ್, ಆಗ, ഓഗസ്റ്റ്, ഓഗ, අගෝස්තු, අගෝ, สิงหาคม, สค, ສິງຫາ, ສຫ, ဩဂုတ်, សីហា, agustus, ogos, ogo, agt, "
    "agosti, ኦገስት, ኦገስ, ogs, ogosto, agusta, osu ogun, agasti, aga, наимдугаар сар, awgust, awg, اگسٽ",
    "september, sep, sept, septembre, septiembre, setembro, set, settembre, syyskuuta, syys, syyskuu, septembris, "
    "rugsejo, rugs, rugsejis, wrzesnia, wrz, wrzesien, zari, zar, septembra, rujna, ruj, rujan, septembar, "
    "септембар, сеп, sentyabr, sen, септември, вересня, вер, вересень, сентября, сент, сентябрь, верасня, верасень, "
    "szeptember, szept, septembrie, σεπτεμβριου, σεπ, σεπτεμβριοσ, eylul, eyl, сентјабр, сен, қыркүиек, қыр, "
    "sentabr, сентябр, სექტემბერი, სექ, սեպտեմբերի, սեպ, սեպտեմբեր, shtator, sht, settembru, de setembre, de set, "
    "setembre, iraila, ira, medi, mean fomhair, mfomh, سبتمبر, ايلول, شتنبر, سپتامبر, سېپتمبر, سپتمبر, ستمبر, ilon, "
    "iln, يەیلوول, ספטמבר, ספט׳, सितंबर, सित, सप्टेंबर, सप्टें, सेप्टेम्बर, সেপ্টেম্বর, সেপ, ছেপ্তেম্বৰ, ছেপ্তে, "
    "ਸਤੰਬਰ, ਸਤੰ, સપ્ટેમ્બર, સપ્ટે, ସେପ୍ଟେମ୍ବର, செப்டம்பர், செப், సెప్టెంబర్, సెప్టెం, ಸೆಪ್ಟೆಂಬರ್, ಸೆಪ್ಟೆಂ, "
    "സെപ്റ്റംബർ, സെപ്റ്റം, සැප්තැම්බර්, සැප්, กันยายน, กย, ກັນຍາ, ກຍ, စက်တင်ဘာ, စက်, កញ្ញា, setyembre, septemba, "
    "ሴፕቴምበር, ሴፕቴ, sebtembar, seb, sebteembar, satumba, sat, osu owewe, septhemba, есдүгээр сар, سيپٽمبر, सितम्बर, "
    "sett",
    "october, oct, oktober, okt, octobre, octubre, outubro, out, ottobre, ott, lokakuuta, loka, lokakuu, oktoober, "
    "oktobris, spalio, spal, spalis, pazdziernika, paz, pazdziernik, rijna, rij, rijen, oktobra, oktobar, октобар, "
    "окт, oktyabr, октомври, жовтня, жовт, жовтень, октября, октябрь, кастрычніка, кас, кастрычнік, octombrie, "
    "οκτωβριου, οκτ, οκτωβριοσ, ekim, eki, октјабр, қазан, қаз, oktabr, октябр, ოქტომბერი, ოქტ, հոկտեմբերի, հոկ, "
    "հոկտեմբեր, tetor, tet, ottubru, doctubre, doct, urria, urr, hydref, hyd, deireadh fomhair, dfomh, اكتوبر, "
    "تشرين الاول, اکتبر, اکتوبر, cotmeh, cot, تشرینی یەکەم, אוקטובר, אוק׳, अक्टूबर, अक्टू, ऑक्टोबर, ऑक्टो, अक्टोबर, "
    "অক্টোবর, অক্টো, অক্টোবৰ, ਅਕਤੂਬਰ, ਅਕਤੂ, ઑક્ટોબર, ઑક્ટો, ଅକ୍ଟୋବର, அக்டோபர், அக், అక్టోబర్, అక్టో, ಅಕ್ಟೋಬರ್, "
    "ಅಕ್ಟೋ, ഒക്‌ടോബർ, ഒക്ടോ, ඔක්තෝබර්, ඔක්, ตุลาคม, ตค, ຕຸລາ, ຕລ, အောက်တိုဘာ, အောက်, តុលា, oktubre, oktoba, ኦክቶበር, "
    "ኦክቶ, oktoobar, osu owara, okthoba, okthobha, аравдугаар сар, اڪٽوبر, अक्तूबर",
    "november, nov, novembre, noviembre, novembro, marraskuuta, marras, marraskuu, novembris, lapkricio, lapkr, "
    "lapkritis, listopada, lis, listopad, listopadu, novembra, studenoga, stu, studeni, novembar, новембар, нов, "
    "noyabr, noy, ноември, ное, листопада, лист, листопад, ноября, нояб, ноябрь, лістапада, ліс, лістапад, "
    "noiembrie, νοεμβριου, νοε, νοεμβριοσ, kasım, kas, нојабр, ној, қараша, қар, ноябр, ноя, ნოემბერი, ნოე, "
    "նոյեմբերի, նոյ, նոյեմբեր, nentor, nen, novembru, de novembre, de nov, azaroa, aza, tachwedd, tach, samhain, "
    "samh, نوفمبر, تشرين الثاني, نونبر, نوامبر, نومبر, mijdar, mjd, تشرینی دووەم, נובמבר, נוב׳, नवंबर, नव, "
    "नोव्हेंबर, नोव्हें, नोभेम्बर, নভেম্বর, নভে, নৱেম্বৰ, নৱে, ਨਵੰਬਰ, ਨਵੰ, નવેમ્બર, નવે, ନଭେମ୍ବର, நவம்பர், நவ, "
    "నవంబర్, నవం, ನವೆಂಬರ್, ನವೆಂ, നവംബർ, നവം, නොවැම්බර්, නොවැ, พฤศจิกายน, พย, ພະຈິກ, ພຈ, နိုဝင်ဘာ, နို, វិច្ឆិកា, "
    "nobyembre, nob, novemba, ኖቬምበር, ኖቬም, noofeembar, nof, nuwamba, nuw, osu belu, арван нэгдүгээр сар, नवम्बर",
    "december, dec, dezember, dez, decembre, diciembre, dic, dezembro, dicembre, desember, des, joulukuuta, joulu, "
    "joulukuu, detsember, dets, decembris, gruodzio, gruod, gruodis, grudnia, gru, grudzien, prosince, pro, "
    "prosinec, decembra, prosinca, prosinac, decembar, децембар, дец, dekabr, dek, декември, дек, грудня, груд, "
    "грудень, декабря, декабрь, снежня, сне, снежань, decembrie, δεκεμβριου, δεκ, δεκεμβριοσ, aralık, ara, декабр, "
    "желтоқсан, жел, დეკემბერი, დეკ, դեկտեմբերի, դեկ, դեկտեմբեր, dhjetor, dhj, dicembru, de desembre, de des, "
    "desembre, decembro, abendua, abe, rhagfyr, rhag, nollaig, noll, ديسمبر, كانون الاول, دجنبر, دسامبر, دسمبر, "
    "berfanbar, brf, کانونی یەکەم, דצמבר, דצמ׳, दिसंबर, दिस, डिसेंबर, डिसें, डिसेम्बर, ডিসেম্বর, ডিসে, ডিচেম্বৰ, "
    "ডিচে, ਦਸੰਬਰ, ਦਸੰ, ડિસેમ્બર, ડિસે, ଡିସେମ୍ବର, டிசம்பர், டிச, డిసెంబర్, డిసెం, ಡಿಸೆಂಬರ್, ಡಿಸೆಂ, ഡിസംബർ, ഡിസം, "
    "දෙසැම්බර්, දෙසැ, ธันวาคม, ธค, ທັນວາ, ທວ, ဒီဇင်ဘာ, ဒီ, ធ្នូ, disember, dis, disyembre, desemba, ዲሴምበር, ዲሴም, "
    "diseembar, disamba, osu ope, disemba, арван хоердугаар сар, ڊسمبر, दिसम्बर",
)

CROATIAN = {"lip": 6, "srp": 7, "lis": 10, "listopad": 10, "listopada": 10}

# Name and hours east of UTC; several where a name has several meanings, the most frequent first.
ZONE_NAMES = """
z 0, ut 0, utc 0, gmt 0, wet 0, bst 1 6, ist 5.5 2 1, west 1, cet 1, mez 1, met 1, wat 1, cest 2, mesz 2, mest 2, eet 2,
cat 2, sast 2, idt 3, eest 3, msk 3, trt 3, eat 3, msd 4, samt 4, get 4, azt 4, irst 3.5, irdt 4.5, aft 4.5, gst 4,
pkt 5, uzt 5, yekt 5, mvt 5, npt 5.75, slst 5.5, bdt 6, almt 6, omst 6, mmt 6.5, ict 7, wib 7, hkt 8, sgt 8, myt 8,
pht 8, phst 8, wita 8, awst 8, irkt 8, jst 9, kst 9, wit 9, yakt 9, acst 9.5, acdt 10.5, aest 10, vlat 10, aedt 11,
nzst 12, nzdt 13, fjt 12, sst -11, hst -10, akst -9, akdt -8, pst -8 8, pdt -7, mst -7 8, mdt -6, cst -6 8 -5,
cdt -5 -4, est -5 10, edt -4 11, ast -4 3, adt -3 4, nst -3.5, ndt -2.5, brt -3, brst -2, art -3, clt -4, clst -3,
cot -5, pet -5, ect -5, vet -4, bot -4, uyt -3, pyt -4
"""
