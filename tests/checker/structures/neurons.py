import math
import random


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.inputs = []
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        total = self.bias
        for w, x in zip(self.weights, inputs):
            total += w * x
        self.output = 1 / (1 + math.exp(-total))
        return self.output


class NeuronLayer:
    def __init__(self, n_neurons, n_inputs):
        self.neurons = [Neuron(n_inputs) for _ in range(n_neurons)]

    def feed_forward(self, inputs):
        return [neuron.activate(inputs) for neuron in self.neurons]


class NeuralNetwork:
    def __init__(self, n_inputs, n_hidden, n_outputs, learning_rate=0.5):
        self.learning_rate = learning_rate
        self.hidden_layer = NeuronLayer(n_hidden, n_inputs)
        self.output_layer = NeuronLayer(n_outputs, n_hidden)

    def feed_forward(self, inputs):
        return self.output_layer.feed_forward(self.hidden_layer.feed_forward(inputs))

    def train(self, inputs, targets):
        self.feed_forward(inputs)
        for o, neuron in enumerate(self.output_layer.neurons):
            neuron.delta = (neuron.output - targets[o]) * neuron.output * (1 - neuron.output)
        for h, neuron in enumerate(self.hidden_layer.neurons):
            error = 0
            for out in self.output_layer.neurons:
                error += out.delta * out.weights[h]
            neuron.delta = error * neuron.output * (1 - neuron.output)
        for layer in (self.output_layer, self.hidden_layer):
            for neuron in layer.neurons:
                for i in range(len(neuron.weights)):
                    neuron.weights[i] -= self.learning_rate * neuron.delta * neuron.inputs[i]
                neuron.bias -= self.learning_rate * neuron.delta


if __name__ == "__main__":
    training_sets = [[[0, 0], [0]], [[0, 1], [1]], [[1, 0], [1]], [[1, 1], [0]]]
    nn = NeuralNetwork(2, 5, 1)
    for i in range(10000):
        inputs, outputs = random.choice(training_sets)
        nn.train(inputs, outputs)
    for inputs, outputs in training_sets:
        print(inputs, nn.feed_forward(inputs))
