"""A small student learns from a large teacher that stays as it is: a model with a ``compute_loss`` of its own."""

import keras
from keras import layers, ops
from sklearn.datasets import load_digits


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.teacher = teacher
        self.student = student
        self.distance = keras.metrics.Mean(name="distance")

    def compile(self, optimizer, metrics, student_loss, distillation_loss, alpha=0.1, temperature=3.0):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss = student_loss
        self.distillation_loss = distillation_loss
        self.alpha = alpha
        self.temperature = temperature

    def call(self, x):
        return self.student(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        teacher = ops.stop_gradient(self.teacher(x, training=False))
        student_loss = self.student_loss(y, y_pred)
        soft = ops.softmax(teacher / self.temperature, axis=1), ops.softmax(y_pred / self.temperature, axis=1)
        distillation_loss = self.distillation_loss(*soft) * self.temperature**2
        self.distance.update_state(distillation_loss)
        return self.alpha * student_loss + (1 - self.alpha) * distillation_loss


def load():
    x, y = load_digits(return_X_y=True)
    return (x / 16).astype("float32")[:800], y[:800]


def build():
    teacher = keras.Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10)], name="teacher")
    student = keras.Sequential([keras.Input((64,)), layers.Dense(16, activation="relu"), layers.Dense(10)], name="student")
    teacher.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    teacher.trainable = False
    distiller = Distiller(student=student, teacher=teacher)
    distiller.compile(
        optimizer=keras.optimizers.Adam(0.01),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        student_loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        distillation_loss=keras.losses.KLDivergence(),
        alpha=0.1,
        temperature=5.0,
    )
    distiller(load()[0][:1])
    return distiller


def run(model, **fit):
    x, y = load()
    history = model.fit(x, y, epochs=5, batch_size=50, verbose=0, **fit)
    return {**history.history, "outputs": model.predict(x[:3], verbose=0)}


if __name__ == "__main__":
    print(run(build()))
