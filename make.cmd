@echo off
rem The commands of the Makefile for the Windows shell: make demo, make test, make check ...
setlocal
if "%VENV%"=="" set VENV=.venv
set PY=%VENV%\Scripts\python.exe
set PYTHONUTF8=1
if "%1"=="" goto help
if "%1"=="help" goto help
if "%1"=="clean" goto clean
if not exist "%PY%" py -3 -m venv "%VENV%" || python -m venv "%VENV%" || exit /b 1
if "%1"=="install" goto install
if "%1"=="demo" goto demo
"%PY%" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[test] || exit /b 1
if "%1"=="test" goto test
if "%1"=="lint" goto lint
if "%1"=="check" goto check
if "%1"=="docs" goto docs
if "%1"=="pictures" goto pictures
if "%1"=="bench" goto bench
if "%1"=="accuracy" goto accuracy
echo Unknown command: %1
goto help

:install
"%PY%" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[render]
exit /b %errorlevel%

:demo
"%PY%" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . || exit /b 1
"%VENV%\Scripts\auditor.exe" demo
rem exit status 1 says that some sample portals are down, as they are meant to be
if errorlevel 2 exit /b %errorlevel%
exit /b 0

:test
"%PY%" -m tests.browser || exit /b 1
"%PY%" -m pytest -n auto
exit /b %errorlevel%

:lint
"%PY%" -m ruff check . && "%PY%" -m ruff format --check . && "%PY%" -m mypy && "%PY%" docs\generate.py --check
exit /b %errorlevel%

:check
call "%~f0" lint && call "%~f0" test
exit /b %errorlevel%

:docs
"%PY%" docs\generate.py
exit /b %errorlevel%

:pictures
"%PY%" docs\pictures.py
exit /b %errorlevel%

:bench
"%PY%" -m benchmarks.run
exit /b %errorlevel%

:accuracy
"%PY%" -m benchmarks.accuracy
exit /b %errorlevel%

:clean
for %%d in ("%VENV%" dist build .pytest_cache .mypy_cache .ruff_cache) do if exist %%d rmdir /s /q %%d
exit /b 0

:help
echo   make install   make the virtual environment with the program in it
echo   make demo      audit the sample portals on this machine
echo   make test      run all tests
echo   make lint      style, types, generated docs
echo   make check     what CI runs: lint and test
echo   make docs      write the generated documents again
echo   make pictures  make the pictures of the guides again
echo   make bench     pages per second and memory
echo   make accuracy  verdicts against labelled portals
echo   make clean     remove what these commands made
exit /b 0
