"""The app's server does no inference for the page: no layer of either network runs in its process for a
visitor.
"""

from concurrent.futures import ThreadPoolExecutor

import app_process
import torch
from app_process import ROOT
from playwright.sync_api import expect
from visitor import cell, draw_and_settle, picture, until_mounted, until_network, until_picture_differs

import vqdemo
from vqdemo.ui.page import build


def test_a_visitor_makes_no_layer_run_in_the_server(browser):
    folder, port = ROOT / "weights", app_process.free_port()
    model = vqdemo.load(folder)
    demo = build(model, folder)
    options = {"prevent_thread_lock": True, "quiet": True, "server_name": "127.0.0.1", "server_port": port}
    with ThreadPoolExecutor(1) as pool:  # in the main thread, launch would take SIGTERM from pytest
        pool.submit(demo.launch, **options).result()
    runs = []
    hook = torch.nn.modules.module.register_module_forward_pre_hook(lambda module, _: runs.append(module))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(f"http://127.0.0.1:{port}")
        until_mounted(page)
        draw_and_settle(page)
        before = picture(page)
        cell(page, 3, 3).click()
        page.keyboard.type("12")
        until_picture_differs(page, before)
        until_network(page, "prior")
        page.locator("[data-preset=top]").click()
        page.locator("#complete").click()
        expect(page.locator("#completions button")).to_have_count(4)
        page.locator(".nav [data-view=samples]").click()
        page.wait_for_selector("#sample-rows > div:last-child button:enabled")
        assert runs == []
        model.conditionals(model.sample(1, seed=0)[0])
        assert runs, "the count counts nothing"
    finally:
        hook.remove()
        page.close()
        demo.close(verbose=False)
