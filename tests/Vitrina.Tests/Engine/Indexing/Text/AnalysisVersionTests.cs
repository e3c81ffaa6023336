using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Indexing.Text;

public class AnalysisVersionTests
{
    // What the analysis of this version makes of the texts below.
    private const int Version = 1;
    private const string Tokens = "8EFBC75B67E09556";

    private static readonly string[][] Languages = [["ru", "en"], ["en", "ru"], ["ru"], ["en"]];

    // One line for each thing that analysis decides: folding, stems of both languages, measures, codes, their parts, joined words, what is cut.
    private static readonly string[] Texts =
    [
        "Красные кроссовки для бега, мужские; кроссовок много, кроссовками не удивить",
        "Running shoes: the runners ran while generously relational skies were dying",
        "Ёлка зелёная, ЁЖИК, й и й, ﬁne café naïve ＦＵＬＬ７",
        "Шампунь 10 мл, 10мл, 0,5 л, 1.5kg, 1,5 кг, 15.6\", 128 ГБ, 128gb, 220В, 2x4 м, 10-12 шт",
        "Модуль Intel FTLX1471D3BCV-IT, X520-DA2, ue55au7100uxru, 42115, 4601234567893",
        "RTX 4070 Ti, RTX4070Ti, GTX 1660 Super, iPhone 13 Pro Max, PlayStation 5, PS5",
        "power bank powerbank wi-fi wi fi USB-C usb c e-mail don't l'oreal o'neill 3-в-1",
        "omega3 омега-3 витамин b12 1080p 4k uhd 5g 90х60х190",
        "a я 7 - -- _ . , ! \u0000\u0007\u200B\u00AD \uD83D\uDE00 \uD83D \t\n",
        "слово-через-дефис слово/через/дробь слово_через_черту слово.через.точку",
        new string('ж', 100) + " " + new string('x', 70) + "1",
    ];

    [Fact]
    public void The_version_is_raised_when_texts_are_analysed_differently()
    {
        Assert.True(
            TextIndex.AnalysisVersion == Version && HashOfTokens() == Tokens,
            $"Analysis makes tokens with the hash {HashOfTokens()} of these texts, version {TextIndex.AnalysisVersion}. If that is meant: raise TextIndex.AnalysisVersion, or stored indexes "
            + "keep the terms of the older analysis and queries miss them; then set Version and Tokens here to the new pair. Texts that are added here need the new hash alone.");
    }

    private static string HashOfTokens()
    {
        var (written, tokens) = (new StringBuilder(), new TokenBuffer());
        foreach (var languages in Languages)
        {
            var analyzer = new TextAnalyzer(languages);
            foreach (var text in Texts)
            {
                analyzer.Analyze(text, tokens);
                written.Append(CultureInfo.InvariantCulture, $"{string.Join(' ', languages)} {tokens.PositionCount}\n");
                for (var token = 0; token < tokens.Count; token++)
                {
                    written.Append(CultureInfo.InvariantCulture, $"{tokens.Term(token)} {tokens[token].Position} {(int)tokens[token].Traits}\n");
                }
            }
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(written.ToString())))[..16];
    }
}
