"""Texts that the tests of this room share: long enough to compare, in several languages."""

from __future__ import annotations

BRIDGE = (
    "The council of Springfield voted on Monday to close the old bridge over the river after engineers found deep "
    "cracks in two of its pillars. Repairs will cost 14 million crowns and last until spring, the mayor told "
    "reporters. Lorries are led over the northern ring road from tonight. Shopkeepers on the left bank fear for their "
    "Christmas trade and ask for a ferry. The bridge was built in 1931 and last repaired forty years ago. A committee "
    "will look at whether a new bridge further downstream would be cheaper in the long run than mending the old one."
)
HARBOUR = (
    "Fishermen at the harbour of Kalmar landed the largest catch of herring in a decade this week. The cold current "
    "reached the coast a month early, marine biologists said, and the shoals followed it into the sound. Prices on the "
    "quay fell by a third within three days. The canning factory has hired sixty hands for the season and works through "
    "the night. Old captains remember a winter like this in 1987, when barrels were stacked in front of the church."
)
QUAKE = (
    "A magnitude {0} earthquake struck {1} kilometres north of {2} at {3}:{4} local time on Friday, the geological "
    "survey said. The quake was centred at a depth of {5} kilometres. There were no immediate reports of damage or "
    "casualties and no tsunami warning was issued. {6} aftershocks were recorded in the hour that followed the quake."
)
CHINESE = (
    "市议会周一投票决定关闭横跨河流的旧桥，此前工程师在两根桥墩上发现了很深的裂缝。市长对记者说，维修将耗资一千四百万，"
    "并持续到春天。从今晚开始，卡车将绕行北环路。左岸的店主担心圣诞节的生意，要求开通渡轮。这座桥建于1931年，上次维修是在"
    "四十年前。一个委员会将研究在下游新建一座桥是否比修理旧桥更便宜。"
)
URDU = (
    "شہر کی کونسل نے پیر کے روز دریا پر بنے پرانے پل کو بند کرنے کے حق میں ووٹ دیا کیونکہ انجینئروں کو اس کے دو ستونوں میں "
    "گہری دراڑیں ملی تھیں۔ میئر نے صحافیوں کو بتایا کہ مرمت پر ایک کروڑ چالیس لاکھ خرچ ہوں گے اور کام بہار تک جاری رہے گا۔ "
    "آج رات سے ٹرک شمالی رنگ روڈ سے گزریں گے۔ بائیں کنارے کے دکان داروں کو کاروبار کی فکر ہے اور وہ کشتی چلانے کا مطالبہ "
    "کرتے ہیں۔ یہ پل 1931 میں بنا تھا اور آخری بار چالیس سال پہلے اس کی مرمت ہوئی تھی۔"
)
