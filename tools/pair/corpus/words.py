"""The vocabulary of the corpus: people, things, places, creatures and qualities."""

SHE_NAMES = """
Ada Alma Amina Anouk Anya Asta Aurelia Beatrix Bela Betsy Birgit Bonnie Bridget Calla Camille
Carmen Cecily Chiara Clara Cora Daphne Delia Dina Dora Edith Elena Elise Elsa Emmy Esme Esther
Etta Farah Fern Fiona Flora Freya Gerda Greta Hana Harriet Hazel Helga Hester Ida Ilse Imogen
Ines Ingrid Irene Isla Ivy Jana Joan Judith Juno Kaia Karin Katya Kirsten Lara Leila Lena Lila
Linnea Lotte Lucia Lydia Mabel Maeve Maja Margot Marta Matilda Maya Mina Mira Moira Nadia Nell
Nina Noor Nora Odette Olga Opal Paloma Pearl Petra Phoebe Pia Polly Priya Rosa Rowena Ruth
Sabine Salma Selma Senna Signe Silvia Sonja Tamar Tess Thea Tilda Tova Uma Una Vera Violet Vita
Wanda Willa Wren Xenia Yara Yasmin Ylva Zelda Zora
""".split()

HE_NAMES = """
Abel Adil Alfie Ambrose Anders Ansel Anton Arlo Arne Arthur Asher Axel Barney Bartek Basil Bastian
Bjorn Bram Caleb Casper Cedric Clement Conrad Cyrus Damir Dario Desmond Dmitri Edgar Edwin Eli
Emil Enzo Ernst Ezra Felix Ferdinand Finn Florian Floyd Frank Fritz Gideon Gilbert Gregor Gus
Hamid Hans Harold Hector Henrik Hugo Idris Igor Ivan Ivo Jakob Jasper Jonas Jorge Josef Julian
Kaspar Kenji Klaus Lars Leif Leon Levi Linus Lorenz Lucas Luka Magnus Malik Marek Marius Mateo
Milo Moses Nabil Ned Nico Niels Noah Oleg Omar Orson Oscar Osman Otis Otto Pablo Pavel Percy
Piotr Quentin Rafael Ralph Rasmus Remy Rene Rolf Rufus Rupert Samir Silas Simon Soren Stefan
Sven Tariq Theo Tobias Tomas Ulrich Umar Viktor Vincent Walter Wilfred Xavier Yann Yusuf Zeno
""".split()

PET_NAMES = """
Acorn Bandit Barley Biscuit Bramble Button Cinder Clover Cobble Crumb Dandelion Domino Dusty Ember
Fidget Flint Ginger Hopper Inky Juniper Kipper Ladle Marble Mistle Moth Mushroom Nettle Nutmeg
Pebble Pepper Pickle Pocket Poppy Puddle Quill Radish Ripple Rusty Scamp Shadow Smudge Snowdrop
Socks Sorrel Sparrow Speckle Tansy Thimble Thistle Toffee Truffle Tumble Turnip Twig Velvet Whisk
Willow Yarrow Ziggy
""".split()

VILLAGES = """
Alderbrook Applewick Ashford Birchley Blackmoor Bramblegate Brightwater Cloverhill Copperfield
Cranmere Deepwell Dunmarsh Eastholm Elderby Fairhaven Fenwick Foxhollow Goosegreen Greywater
Hartley Heatherby Hollowdale Ironbridge Kestrelton Kingsmere Larkfield Lindenhurst Longmeadow
Marlow Millbrook Mossley Northwick Oakendale Otterburn Pinecroft Ravensby Reedham Rookwood
Saltmarsh Sandhurst Silverbeck Stonehithe Sunnyvale Swanwick Thornbury Underhill Wetherby
Whitecliff Willowbrook Windermoor Wolfsden Yarrowdale
""".split()

THINGS = """
key lantern kite drum bell basket compass mirror whistle ribbon ladder bucket hammer spoon teapot
blanket button clock candle box coin feather flute fiddle glove hat jar kettle letter map marble
needle paintbrush pebble ring rope sail saddle scarf shell shovel sled trumpet umbrella violin
wagon wheel whisk telescope thimble satchel puppet pencil notebook mitten locket ladle harmonica
globe goblet fishing-rod envelope doll cup crown comb chisel bracelet bowl boat book apron anchor
axe backpack banner birdcage bottle bowtie broom brooch cart chain charm cloak cushion diary dish
fan flag flask hairpin helmet horn hourglass inkpot jug knife lamp medal mug net oar paddle parasol
pipe pitcher plate purse quilt rattle rug sack scroll shawl shield slipper spade spindle spyglass
stool sundial tambourine tapestry tin top torch tray vase vest wallet wand watch wreath
""".replace("fishing-rod", "").split()

THING_QUALITIES = """
red blue green yellow purple orange silver golden brass copper wooden tin glass clay iron velvet
woollen leather paper stone ivory amber little tiny big heavy light old new shiny dusty rusty
polished painted carved striped spotted broken crooked round square narrow wide plain fancy
beautiful odd strange curious secret favourite borrowed handmade patched faded bright dark pale
smooth rough soft warm empty
""".split()

PLACES = (
    """
the mill|the well|the bridge|the harbour|the market|the orchard|the lighthouse|the school|the
library|the bakery|the river|the pond|the barn|the stable|the church|the station|the garden|the
forest|the meadow|the hill|the beach|the cave|the castle|the tower|the workshop|the forge|the
inn|the farm|the quarry|the ferry|the fountain|the old oak|the crossroads|the chapel|the museum|the
theatre|the post office|the windmill|the greenhouse|the boathouse|the town hall|the clock tower|the
vineyard|the waterfall|the lake|the marsh|the dock|the dairy|the schoolyard|the village square|the
blacksmith's shop|the baker's house|the stone wall|the wooden gate|the hollow tree|the toy shop|the
watermill|the sheepfold|the apple tree|the rope bridge|the island|the tailor's shop
""".replace("\n", " ")
    .strip()
    .split("|")
)

HIDING_PLACES = (
    """
under the bed|behind the stove|inside the cupboard|under the stairs|on top of the shelf|in the
attic|in the cellar|beneath the floorboards|behind the curtain|inside the piano|under the
pillow|in the coal bucket|behind the bookcase|inside the clock|in the flour bin|under the rug|in
the woodshed|behind the barrel|inside the boot|in the sewing basket|under the flowerpot|on the
windowsill|inside the teapot|behind the mirror|in the bottom drawer|beneath the bench
""".replace("\n", " ")
    .strip()
    .split("|")
)

ANIMALS = """
fox hedgehog rabbit squirrel otter badger mouse owl crow duck goose hen goat lamb donkey pony dog
cat kitten puppy frog toad turtle heron swan robin sparrow magpie weasel mole beaver deer fawn
bear cub seal piglet calf ferret pigeon rooster raven parrot lizard hare stork gull starling
""".replace("bear cub", "bear").split()

TRAITS = """
brave shy clever kind curious quiet cheerful stubborn patient careful honest gentle lively proud
thoughtful hopeful restless dreamy generous lonely merry sensible bold polite clumsy
""".split()

FEELINGS = """
happy glad sad worried proud tired excited nervous hopeful grateful calm surprised puzzled
relieved lonely cross sleepy hungry delighted ashamed
""".split()

JOBS = (
    """
baker|miller|weaver|farmer|fisher|carpenter|blacksmith|tailor|teacher|doctor|gardener|shepherd|
potter|sailor|clockmaker|beekeeper|ferryman|librarian|painter|musician|cook|innkeeper|mason|
shoemaker|candlemaker|ropemaker|lamplighter|postmaster|woodcutter|glassblower
""".replace("\n", "")
    .strip()
    .split("|")
)

SKILLS = (
    """
play the fiddle|bake bread|swim|whistle|row a boat|ride a pony|read the stars|carve wood|juggle|
knit|skate|paint|climb the tall rocks|dance|tie knots|sing|fly a kite|mend nets|build a fire|
milk a goat|spin wool|make pots|catch fish|write letters|weave baskets|keep bees|throw a ball|
blow glass|prune roses|set a clock
""".replace("\n", "")
    .strip()
    .split("|")
)

FOODS = """
apples pears plums cherries carrots onions turnips potatoes beans peas walnuts figs berries pumpkins
radishes lemons peaches tomatoes beets cabbages
""".split()

TREATS = (
    """
honey cake|apple pie|warm bread|plum jam|ginger biscuits|onion soup|roast chestnuts|cheese toast|
mint tea|hot chocolate|pear tart|pumpkin soup|oat porridge|cherry buns|potato pancakes|carrot stew|
lemon pudding|barley broth|nut bread|cinnamon rolls
""".replace("\n", "")
    .strip()
    .split("|")
)

SEASONS = ["spring", "summer", "autumn", "winter"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = """January February March April May June July August September October November
December""".split()
COLOURS = "red blue green yellow purple orange white black brown grey pink silver".split()
