"""The words that figures share, so that one thing has one name in each language."""

from pellucid.figures.text import Text

ACCURACY = Text("accuracy", "정확도")
EPOCH = Text("epoch", "에폭")
ITERATION = Text("iteration (one mini-batch each)", "반복 (미니배치 하나씩)")
LEARNING_RATE = Text("learning rate {rate:g}", "학습률 {rate:g}")
LOSS = Text("loss", "손실")
MINIMUM = Text("minimum", "최솟값")
START = Text("start", "출발점")
STEP = Text("step", "갱신 횟수")
TEST = Text("test", "시험")
TRAINING = Text("training", "훈련")
VALIDATION = Text("validation", "검증")
