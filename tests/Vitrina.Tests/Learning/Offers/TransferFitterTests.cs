using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Offers;
using Vitrina.Learning.Training;

namespace Vitrina.Tests.Learning.Offers;

/// <summary>W from what happened after changes of state.</summary>
public sealed class TransferFitterTests
{
    private static readonly TransferMatrix s_planted = new(
        TransferKernel.Of(shift => Math.Exp(-(shift < 0 ? 0.35 : 0.15) * Math.Abs(shift))),
        TransferKernel.Of(shift => Math.Exp(-0.05 * shift * shift)));

    [Fact]
    public void A_planted_kernel_is_recovered_within_five_hundredths()
    {
        var fit = TransferFitter.Fit(Cases(40_000, s_planted), new TransferFitOptions());
        for (var shift = -9; shift <= 9; shift++)
        {
            Assert.InRange(fit.Document.Matrix.Price[shift], s_planted.Price[shift] - 0.05, s_planted.Price[shift] + 0.05);
            Assert.InRange(fit.Document.Matrix.Delivery[shift], s_planted.Delivery[shift] - 0.05, s_planted.Delivery[shift] + 0.05);
        }

        Assert.InRange(fit.Document.Strengths.Type, 20, 40);
        var best = fit.Scores.MaxBy(score => score.HeldOut);
        Assert.Equal("fitted", best.Name);
        Assert.Equal(8_000, fit.HeldOutCount);
    }

    [Fact]
    public void Thin_data_stays_at_the_default()
    {
        var fit = TransferFitter.Fit(Cases(20, s_planted), new TransferFitOptions());
        for (var shift = -9; shift <= 9; shift++)
        {
            Assert.InRange(fit.Document.Matrix.Price[shift], TransferKernel.Default[shift] - 0.1, TransferKernel.Default[shift] + 0.1);
        }
    }

    [Fact]
    public void The_gradient_equals_differences_of_the_likelihood()
    {
        var likelihood = new TransferLikelihood(Cases(300, s_planted, withMatch: true));
        var at = TransferLikelihood.Parameters(TransferMatrix.Default, new PriorStrengths(12, 30));
        var (gradient, unused) = (new double[at.Length], new double[at.Length]);
        likelihood.Evaluate(at, gradient);
        for (var i = 0; i < at.Length; i++)
        {
            const double Step = 1e-5;
            var (up, down) = ((double[])at.Clone(), (double[])at.Clone());
            up[i] += Step;
            down[i] -= Step;
            var slope = (likelihood.Evaluate(up, unused) - likelihood.Evaluate(down, unused)) / (2 * Step);
            Assert.Equal(slope, gradient[i], 1e-3 * Math.Max(1, Math.Abs(slope)));
        }
    }

    [Fact]
    public void The_same_cases_give_the_same_document()
    {
        var cases = Cases(2_000, s_planted, withMatch: true);
        Assert.Equal(TransferFitter.Fit(cases, new TransferFitOptions()).Document.ToJson(), TransferFitter.Fit(cases, new TransferFitOptions()).Document.ToJson());
    }

    [Fact]
    public void Cases_without_a_success_are_refused()
    {
        TransferCase[] cases = [new(new RateEvidence(0, 9), [], [], new RateEvidence(1, 10))];
        Assert.Contains("nothing to fit", Assert.Throws<TrainingSetException>(() => TransferFitter.Fit(cases, new TransferFitOptions())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.3, 5)]
    [InlineData(7.5, 40)]
    [InlineData(123.4, 1000)]
    public void The_ratio_of_gamma_functions_equals_its_product(double x, int n)
    {
        var product = Enumerable.Range(0, n).Sum(i => Math.Log(x + i));
        Assert.Equal(product, LogGammaRatio.Of(x, n, out var slope), 1e-8 * Math.Max(1, product));
        Assert.Equal(Enumerable.Range(0, n).Sum(i => 1 / (x + i)), slope, 1e-8);
    }

    /// <summary>Outcomes drawn from the very model: a rate from the Beta of the transferred counts, successes from the rate.</summary>
    private static List<TransferCase> Cases(int count, TransferMatrix truth, bool withMatch = false)
    {
        var cases = new List<TransferCase>(count);
        var type = new RateEvidence(60, 600);
        for (var i = 0; i < count; i++)
        {
            var chance = RandomStream.For(11, (ulong)i);
            var state = OfferState.Of(chance.NextInt(10), chance.NextInt(10));
            var history = Parts(ref chance, state, 1 + chance.NextInt(4));
            var match = withMatch ? Parts(ref chance, state, chance.NextInt(3)) : [];
            var rate = NestedRate.Of(default, Sum(history, truth), Sum(match, truth), type, new PriorStrengths(30, 200));
            var probability = chance.NextBeta(rate.Rate * rate.Evidence, (1 - rate.Rate) * rate.Evidence);
            var trials = 20 + chance.NextInt(60);
            var successes = 0;
            for (var trial = 0; trial < trials; trial++)
            {
                successes += chance.NextBool(probability) ? 1 : 0;
            }

            cases.Add(new TransferCase(new RateEvidence(successes, trials), history, match, type) { Day = i });
        }

        return cases;

        static List<ShiftedEvidence> Parts(ref RandomStream chance, OfferState state, int count)
        {
            var parts = new List<ShiftedEvidence>();
            for (var part = 0; part < count; part++)
            {
                var trials = 20.0 + chance.NextInt(150);
                parts.Add(new ShiftedEvidence(state.PriceBin - chance.NextInt(10), state.DeliveryBin - chance.NextInt(10), new RateEvidence(Math.Round(trials * chance.NextBeta(1, 4)), trials)));
            }

            return parts;
        }

        static RateEvidence Sum(List<ShiftedEvidence> parts, TransferMatrix truth) => parts.Aggregate(
            default(RateEvidence), (sum, part) => sum + (truth.Price[part.PriceShift] * truth.Delivery[part.DeliveryShift] * part.Evidence));
    }
}
